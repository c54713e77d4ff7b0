"""Text from a log, made safe to show: what would act on a terminal is spelled instead of sent."""

from __future__ import annotations

TAB = 8


def visible(text: str) -> str:
    """The text of one line with nothing left that a terminal would obey or a reader not see.

    Tabs become spaces to the next multiple of 8; control characters become `^[`, `^M`, `^?`;
    other unprintable characters (C1 controls, bidirectional overrides, byte order marks) become
    `\\x9b` or `\\u202e`; bytes that were not UTF-8 (as `surrogateescape` keeps them), `\\xff`.
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else spelled(character)
        for character in text.expandtabs(TAB)
    )


def visible_bytes(raw: bytes) -> str:
    """`visible` for the bytes of one line as they stand in the file."""
    return visible(raw.decode("utf-8", "surrogateescape"))


def spelled(character: str) -> str:
    """A printable spelling of one unprintable character; separators stay spaces."""
    code = ord(character)
    if character.isspace() and code > 0x85 and code not in (0x2028, 0x2029):
        return " "
    if code < 0x20 or code == 0x7F:
        return "^" + chr(code ^ 0x40)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
