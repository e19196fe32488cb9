"""What a program sends: one JSON object, and nothing in it that is not known."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """A name that is mistyped is refused: passed over, it would look as if it had been done."""

    model_config = ConfigDict(extra="forbid")
