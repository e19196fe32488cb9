"""What a share that was seen says of the share there is: intervals that stay honest however often one looks.

An interval of the usual kind is right 95 times in 100 for somebody who looks once. Whoever looks each morning and stops
when it pleases them is wrong far oftener. These are *confidence sequences*: with the given probability the true share
is in the interval at every moment, also when one stops because of it. They are wider, and that is the price.

Robbins (1970), *Statistical methods related to the law of the iterated logarithm*, with the uniform distribution as the
mixture: the share p stays in the interval as long as B(s+1, f+1) / (pˢ (1-p)ᶠ) is below 1/α, by Ville's inequality.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, lgamma, log

STEPS = 60


def share_between(of_them: int, all_of_them: int, *, wrong: float = 0.05) -> tuple[float, float]:
    """The interval (from 0 to 1) of the true share, after `of_them` of `all_of_them` were seen.

    `wrong` is how probable it is that the true share is ever outside of it.
    """
    if not 0 <= of_them <= all_of_them:
        raise ValueError("A part cannot be larger than the whole.")
    if all_of_them == 0:
        return 0.0, 1.0
    seen = of_them / all_of_them
    limit = -log(wrong)

    def is_out(share: float) -> bool:
        return _evidence_against(share, of_them, all_of_them - of_them) >= limit

    return _edge(0.0, seen, is_out), _edge(1.0, seen, is_out)


def _evidence_against(share: float, yes: int, no: int) -> float:
    """The logarithm of how much better the mixture tells what was seen than this share does."""
    mixture = lgamma(yes + 1) + lgamma(no + 1) - lgamma(yes + no + 2)
    return mixture - _times_log(yes, share) - _times_log(no, 1 - share)


def _times_log(times: int, share: float) -> float:
    if times == 0:
        return 0.0
    return times * log(share) if share > 0 else -inf


def _edge(outside: float, inside: float, is_out: Callable[[float], bool]) -> float:
    """Where the interval ends between what may be out and what is in: the evidence grows steadily between them."""
    if not is_out(outside):
        return outside
    for _step in range(STEPS):
        middle = (outside + inside) / 2
        outside, inside = (middle, inside) if is_out(middle) else (outside, middle)
    return inside
