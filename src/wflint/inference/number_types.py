"""Functions, methods and attributes of the standard library that give numbers."""

from __future__ import annotations

_BOOL, _FLOAT, _INT = "builtins.bool", "builtins.float", "builtins.int"

_OF_TEXTS: dict[str, tuple[str, ...]] = {
    _INT: ("count", "find", "index", "rfind", "rindex"),
    _BOOL: (
        *("endswith", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier"),
        *("islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper", "startswith"),
    ),
}
_OF_RANDOM: dict[str, tuple[str, ...]] = {
    _INT: ("getrandbits", "randint", "randrange"),
    _FLOAT: (
        *("betavariate", "expovariate", "gammavariate", "gauss", "lognormvariate"),
        *("normalvariate", "paretovariate", "random", "triangular", "uniform"),
        *("vonmisesvariate", "weibullvariate"),
    ),
}
_METHODS: dict[str, dict[str, tuple[str, ...]]] = {
    "builtins": {_BOOL: ("all", "any", "callable", "hasattr", "isinstance", "issubclass")},
    "builtins.bytes": _OF_TEXTS,
    "builtins.float": {_BOOL: ("is_integer",)},
    "builtins.int": {_INT: ("bit_count", "bit_length")},
    "builtins.list": {_INT: ("count", "index")},
    "builtins.str": _OF_TEXTS,
    "builtins.tuple": {_INT: ("count", "index")},
    "datetime.date": {_INT: ("isoweekday", "toordinal", "weekday")},
    "datetime.datetime": {_INT: ("isoweekday", "toordinal", "weekday"), _FLOAT: ("timestamp",)},
    "datetime.timedelta": {_FLOAT: ("total_seconds",)},
    "math": {
        _INT: ("ceil", "comb", "factorial", "floor", "gcd", "isqrt", "lcm", "perm", "trunc"),
        _BOOL: ("isclose", "isfinite", "isinf", "isnan"),
        _FLOAT: (
            *("acos", "asin", "atan", "atan2", "cos", "degrees", "dist", "exp", "fabs", "fmod"),
            *("fsum", "hypot", "log", "log10", "log1p", "log2", "pow", "radians", "sin", "sqrt"),
            "tan",
        ),
    },
    "random": _OF_RANDOM,
    "random.Random": _OF_RANDOM,
    "temporalio.workflow": {_FLOAT: ("time",), _INT: ("time_ns",)},
}
RESULTS: dict[str, str] = {
    f"{owner}.{name}": kind
    for owner, kinds in _METHODS.items()
    for kind, names in kinds.items()
    for name in names
}
"""The classes of what they give when they are called."""

_DATE, _TIME = ("day", "month", "year"), ("hour", "microsecond", "minute", "second")
_ATTRIBUTES = {
    "datetime.date": _DATE,
    "datetime.datetime": (*_DATE, *_TIME),
    "datetime.time": _TIME,
    "datetime.timedelta": ("days", "microseconds", "seconds"),
    "uuid.UUID": ("int",),
}
ATTRIBUTES: dict[str, str] = {
    f"{owner}.{name}": _INT for owner, names in _ATTRIBUTES.items() for name in names
}
"""The class of an attribute of an instance."""
