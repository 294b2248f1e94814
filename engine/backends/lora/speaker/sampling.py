"""Chooses the next token of a chat."""

import torch

_COLD = 1e-4
"""Below this temperature the most probable token is taken; dividing by less would overflow."""


class Sampler:
    """The choice of one chat, with random numbers of its own.

    The same request gives the same answer for the same seed if it is answered alone. In a batch
    with others, sums are rounded differently, so a close choice may turn out otherwise.
    """

    def __init__(
        self, *, temperature: float, top_p: float, seed: int | None, device: torch.device
    ) -> None:
        self._temperature = temperature
        self._top_p = top_p
        self._random = torch.Generator(device)
        if seed is None:
            self._random.seed()
        else:
            self._random.manual_seed(seed % 2**63)

    def choose(self, logits: torch.Tensor) -> torch.Tensor:
        """The number of the next token, without dimensions; *logits* has one per token."""
        if self._temperature < _COLD:
            return logits.argmax()
        shares = torch.softmax(logits.float() / self._temperature, dim=-1)
        if self._top_p >= 1:
            return torch.multinomial(shares, 1, generator=self._random)[0]
        shares, tokens = shares.sort(descending=True, stable=True)
        shares[shares.cumsum(-1) - shares > self._top_p] = 0.0
        return tokens[torch.multinomial(shares, 1, generator=self._random)[0]]
