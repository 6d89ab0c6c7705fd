"""The modules of the standard library, in any Python that wflint supports.

A program need not run with the Python that wflint itself runs with: what is found must not depend
on that.
"""

from __future__ import annotations

import sys

_NOT_IN_ALL = frozenset(
    (
        *("aifc", "annotationlib", "asynchat", "asyncore", "audioop", "binhex", "cgi", "cgitb"),
        *("chunk", "compression", "crypt", "distutils", "imghdr", "imp", "lib2to3", "mailcap"),
        *("msilib", "nis", "nntplib", "ossaudiodev", "pipes", "smtpd", "sndhdr", "spwd", "sunau"),
        *("telnetlib", "tomllib", "uu", "xdrlib"),
    )
)
"""Those that have come or gone between Python 3.10 and 3.14."""

STANDARD_MODULES = sys.stdlib_module_names | _NOT_IN_ALL
"""The top-level modules of the standard library in one of the supported versions, or more."""

IN_EACH_VERSION = STANDARD_MODULES - _NOT_IN_ALL
"""Those that each of the supported versions has."""
