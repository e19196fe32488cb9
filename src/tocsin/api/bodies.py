"""What a program sends: one JSON object, nothing in it that is not known, and texts that every database keeps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError


class Body(BaseModel):
    """A name that is mistyped is refused: passed over, it would look as if it had been done."""

    model_config = ConfigDict(extra="forbid")


def _kept(text: str) -> str:
    if "\0" in text:  # which PostgreSQL keeps in no text
        raise PydanticCustomError("text", "This has a character that cannot be kept. Leave it out.")
    return text


Text = Annotated[str, AfterValidator(_kept)]
# Of our own time: at the ends of the calendar no other time zone can say it.
Moment = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC))]
