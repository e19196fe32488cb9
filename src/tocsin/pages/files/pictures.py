"""Pictures of a campaign as files: named by title and content, so that a name stays as long as its picture does."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.images import ImageFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import QuerySet
from django.utils.text import slugify
from wagtail.images import get_image_model
from wagtail.images.fields import WagtailImageField

from tocsin.pages.files.shape import IN_PICTURES

# Whoever dropped a file into the library often left its name as the title.
_ENDING = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|heic)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: what it is called in the library, what it shows, and its bytes as they came."""

    title: str
    description: str
    ending: str
    data: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """“pictures/road-to-the-border-1f3a9c20.jpg”"""
        content = hashlib.sha256(self.data).hexdigest()[:8]
        called = slugify(_ENDING.sub("", self.title))[:60] or "picture"
        return f"{IN_PICTURES}{called}-{content}.{self.ending}"


class Library:
    """The pictures that pages refer to, by their numbers; each is read once."""

    def __init__(self) -> None:
        self.pictures: dict[str, Picture] = {}
        self._names: dict[int, str | None] = {}

    def name_of(self, pk: Any) -> str | None:
        """The name of a picture in the folder; None where it is no longer in the library, or its file is gone."""
        if pk and pk not in self._names:
            picture = _read(pk)
            self._names[pk] = picture.name if picture else None
            if picture:
                self.pictures[picture.name] = picture
        return self._names.get(pk)


def _read(pk: int) -> Picture | None:
    image = get_image_model().objects.filter(pk=pk).first()
    try:
        data = image.file.open("rb").read() if image else None
    except OSError:
        return None
    finally:
        if image:
            image.file.close()
    return Picture(image.title, image.description, image.file.name.rpartition(".")[2].lower(), data) if data else None


def wrong_with(name: str, data: bytes) -> str:
    """What keeps a file from being a picture, by the very check of the library's own form; empty where it is one."""
    try:
        WagtailImageField().clean(SimpleUploadedFile(name.rpartition("/")[2], data))
    except ValidationError as wrong:
        return " ".join(wrong.messages)
    return ""


def known(picture: Picture) -> Any:
    """The same picture in the library: of this content, title and description. None where there is none."""
    return next((image for image in _called(picture) if _content_of(image) == picture.data), None)


@contextmanager
def laid_ready(pictures: Iterable[Picture], person: Any) -> Iterator[dict[str, Any]]:
    """The image of each picture, by name: the library's own, or a new one that has only to be saved. Its file is
    written and measured before anybody waits for a transaction, and taken away again where that fails."""
    ready: dict[str, Any] = {}
    written: list[Any] = []
    try:
        for picture in pictures:
            ready[picture.name] = known(picture) or _new(picture, person, written)
        yield ready
    except BaseException:
        for image in written:
            image.file.delete(save=False)
        raise


def _new(picture: Picture, person: Any, written: list[Any]) -> Any:
    image = get_image_model()(title=picture.title, description=picture.description, uploaded_by_user=person)
    name = picture.name.removeprefix(IN_PICTURES)
    image.file.save(name, ImageFile(BytesIO(picture.data), name=name), save=False)
    written.append(image)
    image.file_size, image.file_hash = len(picture.data), _hash(picture)  # as the library's own form sets them
    return image


def _called(picture: Picture) -> QuerySet[Any]:
    found: QuerySet[Any] = get_image_model().objects.filter(title=picture.title, description=picture.description)
    return found.filter(file_hash__in=["", _hash(picture)]).order_by("pk")


def _hash(picture: Picture) -> str:
    """As Wagtail keeps it of each picture."""
    return hashlib.sha1(picture.data, usedforsecurity=False).hexdigest()


def _content_of(image: Any) -> bytes:
    try:
        with image.file.open("rb") as file:
            return bytes(file.read())
    except OSError:
        return b""
