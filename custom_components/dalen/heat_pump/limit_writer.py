"""Put a limit into the device, or take it out, and check that it is so."""

from collections.abc import Mapping

from .decoding import RegisterType, WordOrder, decode, encode
from .profile import LimitMechanism, Register, Table
from .register_io import RegisterIO


class LimitWriter:
    """The limit registers of one device."""

    def __init__(self, io: RegisterIO, mechanism: LimitMechanism):
        """Take the way of limiting from the profile."""
        self._io = io
        self._mechanism = mechanism
        self._switches = tuple(
            _switch(address) for address in {w.address for w in mechanism.activate}
        )

    @property
    def registers(self) -> tuple[Register, ...]:
        """Return the registers to read to know the limit."""
        return (self._mechanism.register, *self._switches)

    async def limit(self, limit_w: float) -> None:
        """Write a limit and switch it on; the limit goes first.

        Raises LimitNotAcceptedError or HeatPumpUnreachableError.
        """
        register = self._mechanism.register
        counts = round(limit_w / register.scale)
        words = encode(counts, register.type, register.word_order)
        writes = [(register.address, words)]
        writes += [(w.address, [w.value]) for w in self._mechanism.activate]
        watchdog = self._mechanism.watchdog
        if watchdog is not None and watchdog.address is not None:
            # Not verified: some devices count this register down.
            await self._io.write(watchdog.address, [watchdog.timeout_s])
        await self._write(writes)

    async def release(self) -> None:
        """Let the device go. Raises as `limit` does."""
        await self._write([(w.address, [w.value]) for w in self._mechanism.release])

    def readback_w(self, words: Mapping[Register, tuple[int, ...]]) -> float | None:
        """Return the limit that the device holds, or None when it is released."""
        register = self._mechanism.register
        held = {switch.address: words[switch][0] for switch in self._switches}
        on = all(held[w.address] == w.value for w in self._mechanism.activate)
        raw = decode(words[register], register.type, register.word_order)
        let_go = any(
            w.address == register.address and w.value == raw
            for w in self._mechanism.release
        )
        return raw * register.scale if on and not let_go and raw is not None else None

    async def _write(self, writes: list[tuple[int, list[int]]]) -> None:
        """Write all in order, then check all."""
        for address, words in writes:
            await self._io.write(address, words)
        await self._io.settle()
        for address, words in writes:
            await self._io.verify(address, words)


def _switch(address: int) -> Register:
    """Return the register that switches the limit on and off."""
    return Register(
        key=f"limit_switch_{address}",
        table=Table.HOLDING,
        address=address,
        type=RegisterType.UINT16,
        word_order=WordOrder.BIG,
        scale=1,
        not_available=(),
    )
