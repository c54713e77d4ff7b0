"""The headless half of mobius-tui: everything that is not user interface.

Names of the notebook API are resolved on first use (PEP 562), so that importing the package
costs nothing and no command pays for numpy or torch by accident.
"""

__version__ = "0.1.0"
