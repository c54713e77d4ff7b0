"""From a registry's "module:name" to the thing itself, imported only now."""

from __future__ import annotations

from importlib import import_module


def resolve(reference: str) -> object:
    module, _, name = reference.partition(":")
    found: object = getattr(import_module(module), name)
    return found
