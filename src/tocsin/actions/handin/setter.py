"""A process of its own that sets one document: a template and its data come in as JSON, a PDF goes out.

Typst remembers what it set before, which for a book of thousands took a gigabyte; a process that ends forgets. Run by
its path, it imports nothing of ours and knows no key. What people wrote passes through a pipe and lies on no disk.
"""

from __future__ import annotations

import json
import sys

import typst


def main() -> None:
    asked = json.load(sys.stdin.buffer)
    pdf = typst.compile(asked["template"].encode(), sys_inputs={"data": json.dumps(asked["data"], ensure_ascii=False)})
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
