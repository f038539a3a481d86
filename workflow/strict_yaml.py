"""YAML read strictly: what a person reads in the file is what the program gets, and every value knows its line.

Plain YAML surprises: the last of two equal keys wins, ``no`` is false, ``10:30`` is 630, ``0123`` is 83 and
``2022-01-01`` a date object. Here text stays text unless it is plainly a number, ``true``, ``false`` or ``null``.
Anchors, aliases, merge keys and tags that build objects are refused: a file is read top to bottom, by people too.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from workflow.errors import ConfigFaults, Fault

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:
    # PyYAML built without libyaml: the same result, about ten times slower.
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

TAGS = "tag:yaml.org,2002:"
BARE = re.compile(r"^[A-Za-z_][A-Za-z0-9_-]*$")

Step = str | int
Place = tuple[Step, ...]


class StrictLoader(_SafeLoader):
    """Resolves only null, true, false, decimal integers and decimal fractions."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's own way to hold resolvers; replaces the inherited table


for _name, _pattern, _first in (
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("bool", r"^(?:true|false)$", ["t", "f"]),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", list("-+0123456789")),
    ("float", r"^[-+]?[0-9]+\.[0-9]+(?:[eE][-+]?[0-9]+)?$", list("-+0123456789")),
):
    StrictLoader.add_implicit_resolver(TAGS + _name, re.compile(_pattern), _first)


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its plain data (dict, list, str, int, float, bool, None) and the line of every key and list entry.

    ``file`` is the path as people know it, relative to the configuration folder. ``lines`` maps a place in the data
    (``("actions", "accept", "needs", 0)``) to a line counted from 1; ``()`` is the start of the content.
    """

    path: Path
    file: str
    data: Any
    lines: Mapping[Place, int]

    def line(self, place: Place) -> int | None:
        """The line of ``place``, or of the nearest thing above it that is in the file (for what is missing)."""
        for length in range(len(place), -1, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return None

    def fault(self, place: Place, message: str, known: Iterable[str] = ()) -> Fault:
        """A fault of this file at ``place``."""
        return Fault(file=self.file, key=dotted(place), message=message, known=tuple(known), line=self.line(place))


def load(path: Path, root: Path | None = None) -> Document:
    """Read one YAML document from a file.

    ``root`` is the configuration folder that faults name the file against; without it the nearest folder above
    called ``config`` serves, or else the file name alone stands.

    :raises ConfigFaults: with every duplicate key, refused tag and alias of the file, or the one syntax error that
        ended the reading, or the reason why the file cannot be read at all.
    """
    document, doubled = load_first(path, root)
    if doubled:
        raise ConfigFaults(doubled)
    return document


def load_first(path: Path, root: Path | None = None) -> tuple[Document, list[Fault]]:
    """The same, but of two equal keys the first stands: the document, and a fault for every other one.

    For whoever goes on to look for more faults: such a file must not be used.

    :raises ConfigFaults: where anything else is wrong.
    """
    file = relative_name(path, root)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigFaults([Fault(file, "(file)", "the file is missing")]) from None
    except OSError as error:
        raise ConfigFaults([Fault(file, "(file)", f"the file cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise ConfigFaults([Fault(file, "(file)", f"the file is not UTF-8 text (byte {error.start})")]) from error
    return _document(text, path, file)


def load_text(text: str, name: str) -> Document:
    """Read one YAML document from ``text``, as strictly; faults name it ``name``.

    :raises ConfigFaults: as `load` does.
    """
    document, doubled = _document(text, Path(name), name)
    if doubled:
        raise ConfigFaults(doubled)
    return document


def _document(text: str, path: Path, file: str) -> tuple[Document, list[Fault]]:
    try:
        node = yaml.compose(text, Loader=StrictLoader)
    except yaml.YAMLError as error:
        raise ConfigFaults([_syntax_fault(file, error)]) from error
    if node is None:
        raise ConfigFaults([Fault(file, "(file)", "the file is empty")])
    walk = _Walk(file)
    data = walk.value(node, ())
    if not walk.readable:
        raise ConfigFaults(walk.faults)
    return Document(path=path, file=file, data=data, lines=walk.lines), walk.faults


def digest(data: Any) -> str:
    """SHA-256 (64 hex digits) of the data's canonical JSON: keys sorted, no spaces, so comments and order do not count.

    :raises TypeError, ValueError: for data that is not plain JSON (dates, NaN).
    """
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def dotted(place: Sequence[Step]) -> str:
    """A place as people write it: ``actions.accept.needs[0]``; a key with a dot or a space is quoted."""
    words: list[str] = []
    for step in place:
        if isinstance(step, int):
            words.append(f"[{step}]")
            continue
        word = step if BARE.match(step) else json.dumps(step, ensure_ascii=False)
        words.append(f".{word}" if words else word)
    return "".join(words) or "(file)"


def relative_name(path: Path, root: Path | None = None) -> str:
    """The name of a configuration file as faults give it: ``items/SG05.yaml``."""
    if root is not None and path.is_relative_to(root):
        return path.relative_to(root).as_posix()
    for folder in path.parents:
        if folder.name == "config":
            return path.relative_to(folder).as_posix()
    return path.name


def _syntax_fault(file: str, error: yaml.YAMLError) -> Fault:
    if not isinstance(error, yaml.MarkedYAMLError):
        return Fault(file, "(file)", f"not YAML: {' '.join(str(error).split())}")
    mark = error.problem_mark or error.context_mark
    words = ", ".join(part for part in (error.context, error.problem) if part)
    return Fault(file, "(file)", f"not YAML: {words}", line=mark.line + 1 if mark else None)


class _Walk:
    """Turns nodes into plain data, gathering lines and faults on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Place, int] = {}
        self.faults: list[Fault] = []
        self.readable = True
        # An alias is the same node met again. The nodes are kept, not their ids: an id may be used again.
        self.met: dict[int, yaml.Node] = {}

    def value(self, node: yaml.Node, place: Place) -> Any:
        line = self.lines.setdefault(place, node.start_mark.line + 1)
        if id(node) in self.met:
            self.refuse(place, line, "an alias (*name) is not accepted; write the value out")
            return None
        self.met[id(node)] = node
        if isinstance(node, yaml.MappingNode) and node.tag == TAGS + "map":
            return self.mapping(node, place)
        if isinstance(node, yaml.SequenceNode) and node.tag == TAGS + "seq":
            return [self.value(child, (*place, index)) for index, child in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, place, line)
        self.refuse(place, line, f"the tag {_short(node.tag)} is not accepted; plain values only")
        return None

    def mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self.key(key_node, place, line)
            if key is None:
                continue
            here = (*place, key)
            if key in found:
                self.note(here, line, f"the key stands twice, in lines {self.lines[here]} and {line}")
                continue
            self.lines[here] = line
            found[key] = self.value(value_node, here)
        return found

    def key(self, node: yaml.Node, place: Place, line: int) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            self.refuse(place, line, "a key must be text")
            return None
        if node.value == "<<":
            self.refuse(place, line, "a merge key (<<) is not accepted; write the keys out")
            return None
        if node.tag != TAGS + "str":
            self.refuse(place, line, f"the key {node.value} is not text; put it in quotes")
            return None
        if id(node) in self.met:
            self.refuse(place, line, "an alias (*name) is not accepted; write the key out")
            return None
        self.met[id(node)] = node
        return str(node.value)

    def scalar(self, node: yaml.ScalarNode, place: Place, line: int) -> Any:
        kind, text = node.tag.removeprefix(TAGS), node.value
        try:
            if kind == "str":
                return text
            if kind == "null":
                return None
            if kind == "bool":
                return {"true": True, "false": False}[text]
            if kind == "int":
                return int(text)
            if kind == "float":
                return float(text)
        except (ValueError, KeyError):
            self.refuse(place, line, f"{text!r} is not of the kind its tag !!{kind} says")
            return None
        self.refuse(place, line, f"the tag {_short(node.tag)} is not accepted; plain values only")
        return None

    def refuse(self, place: Place, line: int, message: str) -> None:
        self.readable = False
        self.note(place, line, message)

    def note(self, place: Place, line: int, message: str) -> None:
        self.faults.append(Fault(self.file, dotted(place), message, line=line))


def _short(tag: str) -> str:
    return "!!" + tag.removeprefix(TAGS) if tag.startswith(TAGS) else tag
