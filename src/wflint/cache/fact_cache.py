"""Notes on files: what was found out about one file alone, by its content.

Whoever asks something that depends on nothing but the content of a file (and on what wflint is, and
on settings that the whole cache is for) notes the answer. So no file is parsed twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from msgspec import Raw, Struct, field, msgpack

from wflint.cache.folder import CacheFolder
from wflint.cache.packing import packed, unpacked
from wflint.cache.read_log import Digest
from wflint.system.hashing import blake2b

T = TypeVar("T")

_SHEETS = "0123456789abcdef"
_MOST_IDLE = 30
"""How often a shard may be written again before notes on it that nobody used are dropped."""


class Notes:
    """The notes on one file with one content: answers by question.

    Those that were noted in another process or run are still as they came, to be read when they are
    asked for. ``new`` are the questions that the kept notes do not answer.
    """

    def __init__(self, answers: Mapping[str, Raw] | None = None) -> None:
        self.answers: dict[str, object] = dict(answers or {})
        self.new: set[str] = set()

    def get(self, question: str, kind: type[T]) -> T | None:
        """An answer, if it is noted."""
        answer: Any = self.answers.get(question)
        return unpacked(answer, kind) if isinstance(answer, Raw) else answer

    def put(self, question: str, answer: object) -> None:
        """Note an answer. It must be plain data, not be ``None``, and not change afterwards."""
        self.answers[question] = answer
        self.new.add(question)

    def answer(self, question: str, kind: type[T], find: Callable[[], T]) -> T:
        """The noted answer; else what ``find`` gives, which is then noted."""
        known = self.get(question, kind)
        if known is None:
            known = find()
            self.put(question, known)
        return known


class _Entry(Struct, array_like=True):
    """The notes on one file; ``idle`` counts how often they were written and not used."""

    notes: dict[str, Raw] = field(default_factory=dict)
    idle: int = 0


class FactCache:
    """The notes on all files that a run comes across.

    ``digest`` gives what stands for the content of a file, ``settings`` for what notes on it depend
    on besides: two files may be the same to a letter, and lie in folders with different settings.
    ``about`` is what all the notes depend on. Without a ``folder`` nothing is kept for the next
    run. What ``earlier`` checks of the same program have noted in this process is known as well.
    """

    def __init__(
        self,
        digest: Callable[[str], Digest],
        folder: CacheFolder | None = None,
        about: bytes = b"",
        settings: Callable[[str], bytes] = lambda path: b"",
        earlier: FactCache | None = None,
    ) -> None:
        self.digest = digest
        self._folder = folder
        self._about = about
        self._settings = settings
        self._shards: dict[str, dict[str, _Entry]] = earlier._shards if earlier is not None else {}
        self._open: dict[str, Notes] = earlier._open if earlier is not None else {}
        self._by_path: dict[str, Notes] = {}

    def of(self, path: str, name: str, is_package: bool) -> Notes:
        """The notes on a file. They depend on its dotted name and its settings as well."""
        notes = self._by_path.get(path)
        if notes is None:
            about = f"{name}\0{is_package}\0".encode("utf-8", "surrogateescape")
            about += self._settings(path)
            key = blake2b(self.digest(path) + about, digest_size=16).hexdigest()
            notes = self._by_path[path] = self._notes(key)
        return notes

    def _notes(self, key: str) -> Notes:
        if key not in self._open:
            entry = self._shard(key[0]).get(key)
            self._open[key] = Notes(entry.notes if entry is not None else None)
        return self._open[key]

    def _shard(self, letter: str) -> dict[str, _Entry]:
        """The kept notes on a sixteenth of the files; so few are written anew."""
        if letter not in self._shards:
            data = self._folder.read(self._name(letter)) if self._folder is not None else None
            entries = unpacked(data, dict[str, _Entry]) if data is not None else None
            self._shards[letter] = entries or {}
        return self._shards[letter]

    def _name(self, letter: str) -> str:
        return f"facts-{blake2b(self._about + letter.encode(), digest_size=16).hexdigest()}"

    # What is new.

    def news(self) -> bytes:
        """Return what was noted in this process, for another one."""
        news = {key: _encoded(notes, notes.new) for key, notes in self._open.items()}
        return msgpack.encode(news)

    def add(self, news: bytes) -> None:
        """Add what was noted in another process."""
        for key, answers in msgpack.decode(news, type=dict[str, dict[str, Raw]]).items():
            notes = self._notes(key)
            for question, answer in answers.items():
                notes.put(question, answer)

    def save(self) -> None:
        """Keep what is new for the next run."""
        if self._folder is None or not self._folder.writes:
            return
        for letter in _SHEETS:
            opened = {key: notes for key, notes in self._open.items() if key[0] == letter}
            if any(notes.new for notes in opened.values()):
                entries: dict[str, object] = {
                    key: (entry.notes, entry.idle + 1)
                    for key, entry in self._shard(letter).items()
                    if entry.idle < _MOST_IDLE
                }
                entries.update((k, (_encoded(n, n.answers), 0)) for k, n in opened.items())
                self._folder.write(self._name(letter), msgpack.encode(entries))


def _encoded(notes: Notes, questions: Iterable[str]) -> dict[str, Raw]:
    """The answers to some questions, always in the same order."""
    encoded: dict[str, Raw] = {}
    for question in sorted(questions):
        answer = notes.answers[question]
        data = packed(answer)
        if data is not None:
            encoded[question] = Raw(data)
    return encoded
