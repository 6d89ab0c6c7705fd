"""Which activities send heartbeats, themselves or through anything that they set going.

A task, a thread, a callback and a context manager may all send them. So what is certain is only
told of what was followed, and nothing is said where anything else may have a part in it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from wflint.cache.read_log import found_in
from wflint.callgraph.events import Event, ExternalArgument, ExternalCall, ExternalUse
from wflint.callgraph.graph import CallGraph, Node
from wflint.facts.ids import Fn
from wflint.facts.model import Flag
from wflint.facts.sites import call_at
from wflint.project.store import Store
from wflint.rule.definition_views import Beats
from wflint.temporal.regions import Region

_HEARTBEAT = "temporalio.activity.heartbeat"
_ABOUT_OTHERS = (ExternalArgument, ExternalCall, ExternalUse)
_SPEAKS = re.compile(
    r"heart_?beat|raise_complete_async|get_async_activity_handle|task_token", re.IGNORECASE
)
"""Words of code that may send heartbeats, or complete an activity from elsewhere."""

_INTERCEPTS = re.compile(r"ActivityInboundInterceptor|ActivityOutboundInterceptor")
_DEFINES = re.compile(r"^[ \t]*(?:async[ \t]+def|def|class)[ \t]+(\w+)", re.MULTILINE)
_WORD = re.compile(r"\w+")

_SPOKEN = (b"heart", b"raise_complete_async", b"get_async_activity_handle", b"task_token")
"""What a file has that may speak of heartbeats, in small letters; far quicker to look for."""


def _may_speak(data: bytes) -> bool:
    small = data.lower()
    return any(word in small for word in _SPOKEN)


class Heartbeats:
    """Tells of each activity of a finished search whether it sends heartbeats.

    Nothing is said of one that only gives back a value. ``files`` are all of the project, ``read``
    gives their bytes.
    """

    def __init__(
        self,
        graph: CallGraph,
        events: Iterable[Event],
        store: Store,
        files: Sequence[str],
        read: Callable[[str], bytes],
    ) -> None:
        self._graph = graph
        self._store = store
        self._files = files
        self._read = read
        passed = [event for event in events if isinstance(event, _ABOUT_OTHERS)]
        self._sent = [e for e in passed if e.entity.name == _HEARTBEAT]
        self._sending = graph.ancestors(e.node for e in self._sent)
        self._working = {e.node for e in passed if not e.entity.name.startswith("builtins.")}
        self._unresolved: dict[Node, set[str]] = {}
        for gap in graph.gaps:
            self._unresolved.setdefault(gap.node, set()).add(gap.written.rpartition(".")[2])
        self._working.update(self._unresolved)
        self._entries: dict[Fn, list[Node]] = {}
        for node in graph.entries:
            self._entries.setdefault(node.fn, []).append(node)

    def of(self, fn: Fn) -> Beats:
        """Return what is known of an activity."""
        nodes = self._entries.get(fn, [])
        if any(node in self._sending for node in nodes):
            return Beats.SENT
        return Beats.NEVER if nodes and self._is_silent(nodes) else Beats.UNKNOWN

    def are_repeated(self, fn: Fn) -> bool:
        """True if an activity surely sends heartbeats in a loop, itself or in what it calls."""
        return any(node in self._repeating for node in self._entries.get(fn, []))

    @cached_property
    def _repeating(self) -> set[Node]:
        """The nodes from which a loop is reached that sends heartbeats."""
        calls = (e for e in self._sent if isinstance(e, ExternalCall))
        found = {e.node for e in calls if e.call.flags & Flag.IN_LOOP}
        for node in self._sending:
            body = self._store.body(node.fn)
            sites = [e.site for e in self._graph.callees(node) if e.to in self._sending]
            inside = (call_at(body, site) for site in sites)
            if any(call is not None and call.flags & Flag.IN_LOOP for call in inside):
                found.add(node)
        return self._graph.ancestors(filter(self._is_sent_at_once, found))

    def _is_sent_at_once(self, node: Node) -> bool:
        """True if what a loop sends goes out while it runs: an async activity must await for that.

        What it sends waits in its event loop until then.
        """
        body = self._store.body(node.fn)
        if not body.head.is_async:
            return node not in self._graph.within(Region.ASYNC_ACTIVITY).parents
        in_loop = Flag.IN_LOOP | Flag.AWAITED
        flags = [*(call.flags for call in body.calls), *(use.flags for use in body.uses)]
        if any(one & in_loop == in_loop for one in flags):
            return True
        return any(operation.awaits for operation in body.operations)

    def of_all(self, node: Node) -> Beats:
        """Return what is known of all activities that run a function."""
        found = {self.of(entry.fn) for entry in self._graph.entry_points([node])}
        return found.pop() if len(found) == 1 else Beats.UNKNOWN

    def _is_silent(self, nodes: Iterable[Node]) -> bool:
        """True if nothing that nodes lead to may send a heartbeat, and something takes time."""
        found = [*self._graph.search(nodes)]
        if self._is_intercepted or self._working.isdisjoint(found):
            return False
        return not any(map(self._may_send, found))

    def _may_send(self, node: Node) -> bool:
        text = self._text(node.fn)
        if _SPEAKS.search(text):
            return True
        called = self._unresolved.get(node, set())
        return not self._speaking.isdisjoint({*called, *self._handed_on(text)})

    def _handed_on(self, text: str) -> set[str]:
        """Return the words that stand for something which is not called there."""
        return set(_WORD.findall(text)) & self._speaking_itself

    def _text(self, fn: Fn) -> str:
        head = self._store.head(Fn(fn.path, self._store.outermost(fn)))
        return self._store.text(fn.path)[head.start : head.end] if head is not None else ""

    # The project.

    @cached_property
    def _texts(self) -> list[str]:
        """The texts of all files that speak of heartbeats."""
        asked, read = "may speak of heartbeats", self._read
        found = (path for path in self._files if found_in(read, path, asked, _may_speak))
        plain = (read(path).decode("utf-8", "replace") for path in found)
        return [text for text in plain if _SPEAKS.search(text)]

    @cached_property
    def _is_intercepted(self) -> bool:
        """True if something of the project stands around all activities and may send heartbeats."""
        return any(_INTERCEPTS.search(text) for text in self._texts)

    @cached_property
    def _speaking_itself(self) -> frozenset[str]:
        """The names of functions and classes whose text speaks of heartbeats."""
        return frozenset(name for text in self._texts for name in _definitions(text, _SPEAKS))

    @cached_property
    def _speaking(self) -> frozenset[str]:
        """The same with those that call them, in the same files."""
        found = set(self._speaking_itself)
        pending = deque([found])
        while pending:
            names = sorted(pending.popleft())
            calls = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\s*\(")
            new = {name for text in self._texts for name in _definitions(text, calls)} - found
            if new:
                found |= new
                pending.append(new)
        return frozenset(found)


def _definitions(text: str, wanted: re.Pattern[str]) -> set[str]:
    """Return the names of functions and classes whose text, as far as the next one, has a match.

    What stands in a method is in its class as well.
    """
    found: set[str] = set()
    places = [*_DEFINES.finditer(text)]
    owner = ""
    for number, place in enumerate(places, 1):
        end = places[number].start() if number < len(places) else len(text)
        if "class" in place[0]:
            owner = place[1]
        if wanted.search(text, place.end(), end):
            found.update({place[1], owner} - {""})
    return found
