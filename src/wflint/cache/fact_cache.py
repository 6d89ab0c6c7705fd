"""Notes on files: what was found out about one file, by its content.

Whoever asks something that depends on nothing but the content of a file (and on what wflint is, and
on settings of the file) notes the answer. So no file is parsed twice, whatever checkout it lies in.
What depends on the program around the file is noted apart from that, and stays with the program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from msgspec import Raw, msgpack

from wflint.cache.packing import packed, unpacked
from wflint.cache.read_log import Digest
from wflint.cache.shelf import Page, Shelf
from wflint.system.hashing import blake2b

T = TypeVar("T")


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
        if isinstance(answer, Raw):
            answer = unpacked(answer, kind)
            if answer is not None:  # another check in this process need not read it again
                self.answers[question] = answer
        known: T | None = answer
        return known

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

    def keep_latest(self, beginning: str, most: int) -> None:
        """Forget the oldest answers to the questions with some beginning, but for so many."""
        # A list: another thread may note something while this one looks.
        alike = [question for question in list(self.answers) if question.startswith(beginning)]
        for question in alike[: max(0, len(alike) - most)]:
            del self.answers[question]
            self.new.discard(question)


class _Book:
    """Notes by the key of a file, of which ``shelf`` keeps what earlier runs have noted.

    What an ``earlier`` book of this process has is known as well.
    """

    def __init__(self, shelf: Shelf | None, earlier: _Book | None = None) -> None:
        self._shelf = shelf
        self._open: dict[str, Notes] = earlier._open if earlier is not None else {}
        self._idle: dict[str, int] = earlier._idle if earlier is not None else {}
        self._met: set[str] = set()

    def notes(self, key: str) -> Notes:
        """The notes with a key."""
        self._met.add(key)
        if key not in self._open:
            page = self._shelf.get(key) if self._shelf is not None else None
            self._open[key] = Notes(page)
        return self._open[key]

    def drop(self, notes: Notes) -> None:
        """Forget some notes."""
        for key in [key for key, known in self._open.items() if known is notes]:
            del self._open[key]
            self._idle.pop(key, None)

    def news(self) -> dict[str, Page]:
        """Return what was noted in this process and is not kept yet."""
        return {key: _encoded(notes, notes.new) for key, notes in self._open.items()}

    def forget(self, most_idle: int) -> None:
        """Drop the notes that so many checks of this process have not asked for."""
        for key in list(self._open):
            idle = 0 if key in self._met else self._idle.get(key, 0) + 1
            self._idle[key] = idle
            if idle > most_idle:
                del self._open[key], self._idle[key]

    def save(self) -> None:
        """Keep what is new for the next run."""
        if self._shelf is None or not self._shelf.writes:
            return
        changed = {key: notes for key, notes in self._open.items() if notes.new}
        new = {key: _encoded(notes, notes.answers) for key, notes in changed.items()}
        self._shelf.put(new, self._open.keys() - new.keys())
        for notes in changed.values():
            notes.new.clear()


class FactCache:
    """The notes on all files that a run comes across.

    ``digest`` gives what stands for the content of a file, ``settings`` for what notes on it depend
    on besides: two files may be the same to a letter, and lie in folders with different settings.
    Without a shelf nothing is kept for the next run: ``shelf`` is for notes on files alone,
    ``program_shelf`` for those that depend on the program. What ``earlier`` checks of the same
    program have noted in this process is known as well.
    """

    def __init__(
        self,
        digest: Callable[[str], Digest],
        shelf: Shelf | None = None,
        settings: Callable[[str], bytes] = lambda path: b"",
        program_shelf: Shelf | None = None,
        earlier: FactCache | None = None,
    ) -> None:
        self.digest = digest
        self._settings = settings
        known = (earlier._book, earlier._program_book) if earlier is not None else (None, None)
        self._book: _Book = _Book(shelf, known[0])
        self._program_book: _Book = _Book(program_shelf, known[1])
        self._by_path: dict[str, Notes] = {}
        self._passing: set[str] = set()

    def of(self, path: str, name: str, is_package: bool) -> Notes:
        """The notes on a file. They depend on its dotted name and its settings as well."""
        notes = self._by_path.get(path)
        if notes is None:
            notes = self._by_path[path] = self._book.notes(self._key(path, name, is_package))
        return notes

    def in_program(self, path: str, name: str, is_package: bool) -> Notes:
        """The notes on a file that depend on the program around it."""
        return self._program_book.notes(self._key(path, name, is_package, b"in the program"))

    def _key(self, path: str, name: str, is_package: bool, kind: bytes = b"") -> str:
        about = f"{name}\0{is_package}\0".encode("utf-8", "surrogateescape")
        about += self._settings(path)
        return blake2b(self.digest(path) + about + kind, digest_size=16).hexdigest()

    def let_go(self, path: str) -> None:
        """Let the notes on a file be those on the content that it has now.

        What is noted of a content between two checks is forgotten when it goes.
        """
        notes = self._by_path.pop(path, None)
        if path in self._passing and notes is not None:
            self._book.drop(notes)
        self._passing.add(path)

    # What is new.

    def news(self) -> bytes:
        """Return what was noted of files in this process, for another one."""
        return msgpack.encode(self._book.news())

    def add(self, news: bytes) -> None:
        """Add what was noted in another process."""
        for key, answers in msgpack.decode(news, type=dict[str, dict[str, Raw]]).items():
            notes = self._book.notes(key)
            for question, answer in answers.items():
                notes.put(question, answer)

    def forget(self, most_idle: int) -> None:
        """Drop the notes that so many checks of this process have not asked for."""
        self._book.forget(most_idle)
        self._program_book.forget(most_idle)

    def save(self) -> None:
        """Keep what is new for the next run."""
        self._book.save()
        self._program_book.save()


def _encoded(notes: Notes, questions: Iterable[str]) -> Page:
    """The answers to some questions, always in the same order."""
    encoded: Page = {}
    for question in sorted(questions):
        answer = notes.answers[question]
        data = packed(answer)
        if data is not None:
            encoded[question] = Raw(data)
    return encoded
