"""All bounds of inference and search: how far something is followed before it counts as not known.

Code may be made so that an answer takes for ever: names defined by each other, objects made of
objects, tables of a million lines. Where a bound is reached, less is known, and never more: a call
becomes a gap, a rule is silent. What may be parsed at all is bounded in :mod:`wflint.syntax.guard`.
"""

from __future__ import annotations

# What one expression refers to.

EXPRESSION_STEPS = 80
"""How many names and calls are followed from one expression: ``a = b; b = c(); ...``."""

NAMES_BEHIND_NAMES = 48
"""How many local names are followed, each bound to the next: ``a = [x for x in b]; b = ...``.

Each takes a dozen frames of the stack, which has 1,000.
"""

ANNOTATION_STEPS = 40
"""How many levels of brackets of an annotation are looked into."""

QUOTED_ANNOTATION = 300
"""How many characters an annotation in quotes may have."""

SET_STEPS = 8
"""How many steps are followed from what is put into a set."""

REF_SIZE = 100
"""How many refs a name may be made of, for each part: ``x = x + x`` again and again doubles it."""

EARLY_BINDINGS = 4
"""How many bindings of a name are looked at before all are known, in the tests of guards."""

FEW_BINDINGS, MOST_BINDINGS, SPARE_BINDINGS = 40, 4_000, 20_000
"""How many bindings of a name may hold at a place: few at any number of places, and many where
that happens in few. Else a function in which each of a thousand branches sets a name would note a
thousand bindings a thousand times.
"""

ARGUMENTS = 16
"""How many arguments of a call are looked at for what it gives."""

INDEX_LENGTH = 20
"""How many digits the number of a part may have."""

WRITTEN_PARTS = 24
"""How many parts of a dotted name are shown in messages."""

ALTERNATIVES = 16
"""How many values of ``a or b or ...`` are looked at for one that is surely there."""

STATEMENTS_BEHIND = 40
"""How many of the statements behind a ``try`` are looked at for one that asks how it has gone."""

TERM_STEPS = 8
"""How many names and operators are followed in a test or an argument to a parameter or literal."""

TERM_ENTRIES = 40
"""How many entries of a dictionary are looked at for the literals in it."""

# Data that is written out.

ELEMENTS = 4_000
"""How many elements of a list or dictionary are looked at."""

READ_ELEMENTS = 64
"""How many elements one of a module may have for them to be more than names."""

ADDED_ELEMENTS = 250
"""How many of the elements that are put into a container later are looked at."""

VALUE_LENGTH = 4_000
"""How many characters a value of a module may have; longer ones are data."""

KEPT_TEXT = 200
"""How many characters of a literal are kept."""

NUMBER_BITS = 2_000
"""Up to how many bits a number is kept in digits: Python writes no more."""

# What something stands for in the whole program.

QUESTIONS = 6_000
"""How many questions may be asked to answer one: objects may be made of objects without end."""

DEPTH = 24
"""How many assignments, results and annotations are followed from one reference."""

NAME_DEPTH = 40
"""How many of them are followed from one name of a module: re-exports come on top."""

BASE_DEPTH = 8
"""How many of them are followed from a base of a class, which is nearly always a name."""

NAME_ALTERNATIVES = 64
"""How many things a name of a module may stand for: more are as good as none.

Aliases that are made of each other, ``B = A | list[A]; C = B | list[B]; ...``, would each hold all
that the earlier ones may be.
"""

RE_EXPORTS = 16
"""How many re-exports are followed to where a name is defined."""

MADE_DEPTH = 6
"""How many are followed to what a function makes, where it says what class that is of."""

COMPARED_ELEMENTS = 4
"""How many levels of elements are compared between what is declared and what is given."""

TYPE_PARAMETERS = 4
"""How many levels of type parameters are told to rules."""

HASH_DEPTH = 6
"""How many levels of fields and parameters are looked into for the source of a hash."""

WRITTEN_STEPS = 16
"""How many names, results and tables are followed from an option to where it is written out."""

WRITTEN_OPTIONS = 200
"""How many keywords and spreads a dictionary of options may be made of."""

SAID_BEFORE = 64
"""How many of the tests that stand before a place are looked at for what they say about it."""

# What functions and objects remember of calls.

CONSTRUCTORS_OF_BASES = 16
"""How many constructors of bases are followed from one constructor."""

NESTED_MEMORIES = 3
"""How deep memories are nested in each other: functions that remember functions."""

MEMORIES_SEEN = 8
"""How deep they are looked at to find that out."""

MADE_VALUES = 32
"""How many things that are made on the way a parameter may be: else nothing is known of it.

What a function gives to itself, made of what it was given, would double with every call.
"""

# The search for what a workflow reaches.

GIVEN_CODE = 400
"""How many places are looked at for the code that a framework is given in one call."""

CONTEXTS = 16
"""For how many different arguments a function is looked at; after that they are forgotten."""

PLAIN_CONTEXTS = 4_000
"""The same where only one parameter matters, and it is a plain function: these cannot multiply."""

LITERAL_CONTEXTS = 16
"""For how many different literals a function is looked at; others than these are forgotten."""

DECIDING_PATHS = 32
"""How many parameters, or keys of them, may decide branches of a function or what it calls."""

DECIDING_KEYS = 4
"""How many keys may lead from a parameter to what decides."""

HANDLED = 2_000
"""How many things a function may do with dictionaries for these to be followed."""

HANDLING_STEPS = 20_000
"""How often these may be found on the way, the same ones again among them."""

IMPLEMENTATIONS = 8
"""How many implementations a method may have; more say nothing of the one that is meant."""

PASSED_ON = 20
"""How many functions may pass on a function to where it is called."""

CALLERS = 200
"""How many functions are asked, caller by caller, for what a parameter is given."""

LEARNING_ROUNDS = 2
"""How often the search is done again with what was put into attributes."""

IN_HOUSE_ROUNDS = 6
"""How often names of the project that make workflows may lead to further ones."""

DECORATOR_DEPTH = 5
"""How many functions of the project may stand between a call and the decorator of the SDK."""

GUARD_LENGTH = 3_000
"""How many characters a function may have that is read for what it says in a workflow."""

GUARD_BLOCKS = 8
"""How many blocks or operators may be nested in such a function."""

TASKS_BESIDE = 40
"""How many tasks of a workflow are looked at for one that wakes it; of more, one may."""

FLOW_STEPS = 40_000
"""How many steps of a workflow's methods are followed from one of them. Methods of which each calls
the next one twice would take a step for each way.
"""

# Following values.

VALUE_STEPS, VALUE_TREES = 400, 40
"""How far one value is followed, and through how many pieces of code; one that goes further is as
good as lost from sight.
"""

TEXT_NAMES = 10
"""How many local names a text is followed through."""

VALUE_HOPS = 1
"""How many functions may return the value on its way."""

ORDER_STEPS = 24
"""How many steps back an expression is followed to the set that it comes from."""

ORDER_USES = 400
"""How many uses of what depends on an order are followed from one place; what is used more often
is as good as lost from sight.
"""

# What workers and the sandbox are told.

SANDBOX_CONSTANTS = 64
"""How many constants a setting of the sandbox may be made of."""

SANDBOX_NAMES = 500
"""How many names are followed from what a Worker is given to its settings, nearest first."""

BEFOREHAND_STEPS, BEFOREHAND = 3, 500
"""How many calls are followed from the code that makes a Worker to what it calls before, and to how
many functions.
"""

IMPORTED_BEFOREHAND = 2_000
"""How many modules are followed from Workers and workflows to what they import."""

LISTED_NAMES = 256
"""How many names the lists of one worker may be made of."""

# What is kept, because it is asked for several times in a row.

KEPT_BYTES = 12_000_000
"""How many bytes of files are kept: all files of a project are searched several times for words."""

KEPT_AST = 1_000_000
"""Characters of source that names the SDK whose ``ast`` is kept to the end: half a dozen questions
begin with it. It takes 30 MB.
"""

RECENT_AST = 200_000
"""The same of other source: that of the files that were read last."""

KEPT_DEFINITIONS = 64
"""How many of the functions that rules have looked into are kept."""

KEPT_READERS = 32
"""How many trees of functions are kept."""

KEPT_MODULE_TREES = 4
"""How many modules are kept of which single places are asked about."""

KEPT_VALUE_TREES = 32
"""How many pieces of code are kept that values are followed through."""

# What replay tries out.

TERM_DEPTH = 60
"""How deeply code may be nested of which command terms are made; what is deeper is not known."""

TERM_FUNCTIONS = 2_000
"""How many functions of one workflow command terms are made of."""

SMALL_FUNCTION = 1_500
"""How long the text of a function is at most that is put in the place of its calls."""

SMALL_FUNCTION_PARTS = 400
"""How many parts may be put in the place of such a call."""

SMALL_FUNCTIONS = 20
"""How many of those may call one another."""

REPLAY_ROUNDS = 2
"""How often a loop over data runs at most."""

REPLAY_CALLS = 40
"""How many calls may stand in one another, so that recursion ends."""

REPLAY_STEPS = 20_000
"""How many steps of code one activation of a workflow may take."""

REPLAY_EVENTS = 24
"""How many events a history has at most."""

REPLAY_PENDING = 3
"""How many of the operations that a workflow waits for may be the next to end."""

REPLAY_HISTORIES = 600
"""How many old histories are tried for one workflow."""

REPLAY_TRUTHS = 32
"""How often each of them is replayed, for what only the new code asks."""

REPLAY_OPENED = 6
"""How often common code next to a difference is opened to look again."""

FOLLOWED_STEPS, FOLLOWED_STEPS_EACH = 600_000, 200
"""How many steps of code are taken to follow one recorded history: at first, and more for each of
its workflow tasks.
"""

FOLLOWED_PICKS = 2_000
"""How many open questions there may be in one of its workflow tasks."""

FOLLOWED_ERRORS = 2
"""How often code without commands may raise an error in one of them."""

FOLLOWED_ROUNDS = 4
"""How often conditions may become true in one of them, besides once for each command."""

SYMBOL = 200
"""How many characters the code that stands for a value may have; more are shortened by a hash."""
