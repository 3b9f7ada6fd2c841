"""Read many registers in few requests, and learn which ones are not there.

A device refuses a whole block when one address in it does not exist. Such a
block is split until the hole is found; the hole is remembered and the working
blocks are kept.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from modbus_connection import IllegalDataAddressError, IllegalDataValueError

from .register import Register, Table

MAX_REGISTERS = 100
"""Modbus allows 125; many gateways allow less."""

MAX_GAP = 8
"""Unwanted registers that are cheaper to read than a second request."""

type ReadTable = Callable[[Table, int, int], Awaitable[list[int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Registers that are read with one request."""

    registers: tuple[Register, ...]
    """All of one table, in order of address."""

    @property
    def table(self) -> Table:
        """Return the table of all its registers."""
        return self.registers[0].table

    @property
    def address(self) -> int:
        """Return the first address."""
        return self.registers[0].address

    @property
    def count(self) -> int:
        """Return the number of registers on the wire."""
        return max(register.end for register in self.registers) - self.address

    def halves(self) -> tuple[Block, Block]:
        """Return two blocks with half of the registers each."""
        middle = len(self.registers) // 2
        return (
            Block(registers=self.registers[:middle]),
            Block(registers=self.registers[middle:]),
        )

    def cut(self, words: list[int]) -> dict[Register, tuple[int, ...]]:
        """Give each register its words out of the answer."""
        return {
            register: tuple(
                words[register.address - self.address : register.end - self.address]
            )
            for register in self.registers
        }


def plan_blocks(registers: Iterable[Register]) -> list[Block]:
    """Return blocks of at most 100 registers with gaps of at most 8."""
    ordered = sorted(registers, key=lambda r: (r.table, r.address, r.end))
    blocks: list[Block] = []
    for _, of_table in groupby(ordered, key=lambda r: r.table):
        group: list[Register] = []
        for register in of_table:
            if group and not _fits(group, register):
                blocks.append(Block(registers=tuple(group)))
                group = []
            group.append(register)
        blocks.append(Block(registers=tuple(group)))
    return blocks


def _fits(group: list[Register], register: Register) -> bool:
    """Tell if a register can join the block of a group."""
    gap = register.address - max(member.end for member in group)
    return gap <= MAX_GAP and register.end - group[0].address <= MAX_REGISTERS


class BlockReader:
    """Read a set of registers, in as few requests as the device allows."""

    def __init__(self, registers: Iterable[Register]):
        """Plan the first reading."""
        self._registers = tuple(registers)
        self._blocks = plan_blocks(self._registers)
        self.holes: frozenset[str] = frozenset()
        """The keys of registers that the device does not have."""

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Return the requests of the next reading."""
        return tuple(self._blocks)

    def forget(self) -> None:
        """Plan anew: another device, or the same one after a restart."""
        self._blocks = plan_blocks(self._registers)
        self.holes = frozenset()

    async def read(self, read_table: ReadTable) -> dict[Register, tuple[int, ...]]:
        """Return the words of every register that the device has.

        Raises what `read_table` raises, except for addresses that are not there.
        """
        values: dict[Register, tuple[int, ...]] = {}
        working: list[Block] = []
        holes: set[str] = set()
        waiting = self._blocks[::-1]
        while waiting:
            block = waiting.pop()
            try:
                words = await read_table(block.table, block.address, block.count)
            except IllegalDataAddressError, IllegalDataValueError:
                if len(block.registers) == 1:
                    holes.add(block.registers[0].key)
                else:
                    waiting.extend(reversed(block.halves()))
                continue
            values |= block.cut(words)
            working.append(block)
        self._blocks = working
        self.holes |= holes
        return values
