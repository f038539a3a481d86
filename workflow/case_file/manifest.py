"""The manifest: every member with its size and SHA-256, the end of the case's chain, and how to check both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflow.case_file.plain import as_bytes
from workflow.definition import Title

NAME = "manifest.json"
FORMAT = "wugeyi-case-file/1"

CHECK_FILES = Title(
    "对清单中的每个文件计算 SHA-256，应与 sha256 一致，大小应与 size 一致；"
    "除 manifest.json 外，压缩包内不应有清单以外的文件。",
    "Compute SHA-256 over every file listed: it must equal sha256, and its length size. Besides manifest.json the "
    "archive holds no other file.",
)
CHECK_CHAIN = Title(
    "chain.jsonl 一行一条记录，按 seq 从 1 起连续。每行的 event 按键排序、不留空格、UTF-8 写成 JSON，"
    "接在上一条的 hash（第一条之前为空）之后计算 SHA-256，应等于该行的 hash；最后一行的 hash 应等于 chain_head。",
    "chain.jsonl holds one line of history a line, seq counting from 1. Write `event` as JSON with sorted keys, no "
    "spaces, UTF-8; put it behind the hash before (nothing before the first) and compute SHA-256: it must equal the "
    "line's hash, and the last hash chain_head.",
)
CHAIN_INSIDE = Title(
    "本案卷不含机关内部信息，不能逐条重算；history.json 中最后一条的 hash 应等于 chain_head，可向机关核对。",
    "This file leaves out what is internal to the office, so the chain cannot be recomputed from it; the hash of the "
    "newest line in history.json must equal chain_head, which the office can confirm.",
)


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive; ``about`` says what it is."""

    path: str
    size: int
    sha256: str
    about: str


@dataclass(frozen=True, slots=True)
class Cover:
    """What the whole archive is: the case, its chain, the legal day on which open clocks were read, and whether what
    is internal to the office is in it."""

    no: str
    version: int
    seq: int
    chain_head: str
    read_on: date
    internal: bool


def manifest(cover: Cover, members: Sequence[Member], missing: Sequence[str]) -> bytes:
    """The manifest as JSON; ``missing`` are the documents whose file has not been made."""
    checks = [CHECK_FILES, CHECK_CHAIN if cover.internal else CHAIN_INSIDE]
    body: dict[str, Any] = {
        "format": FORMAT,
        "case": cover.no,
        "version": cover.version,
        "seq": cover.seq,
        "chain_head": cover.chain_head,
        "read_on": cover.read_on,
        "contains_internal": cover.internal,
        "how_to_check": {"zh": [one.zh for one in checks], "en": [one.en for one in checks]},
        "not_rendered": list(missing),
        "members": [{"path": one.path, "size": one.size, "sha256": one.sha256, "about": one.about} for one in members],
    }
    return as_bytes(body)
