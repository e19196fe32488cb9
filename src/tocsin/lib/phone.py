"""Telephone numbers: read as people write them, stored in E.164."""

from __future__ import annotations

import phonenumbers


class NotAPhoneNumber(ValueError):
    """No telephone network has a number like this."""


def read_phone(text: str, country: str = "CA") -> str:
    """The number in E.164 (+15145550000); NotAPhoneNumber if it cannot be one."""
    try:
        number = phonenumbers.parse(text, country or "CA")
    except phonenumbers.NumberParseException:
        raise NotAPhoneNumber from None
    if not phonenumbers.is_possible_number(number):
        raise NotAPhoneNumber
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
