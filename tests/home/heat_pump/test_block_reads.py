"""Many registers in few requests, and holes that are found once."""

from hypothesis import given, strategies as st
from modbus_connection import IllegalDataAddressError, ModbusTimeoutError
import pytest

from custom_components.dalen.heat_pump.block_reads import (
    MAX_GAP,
    MAX_REGISTERS,
    BlockReader,
    plan_blocks,
)
from custom_components.dalen.heat_pump.decoding import RegisterType, WordOrder
from custom_components.dalen.heat_pump.profile import Register, Table


def a_register(
    address: int,
    register_type: RegisterType = RegisterType.UINT16,
    table: Table = Table.INPUT,
) -> Register:
    """Return a register named after its address."""
    return Register(
        key=f"r{address}_{table}",
        table=table,
        address=address,
        type=register_type,
        word_order=WordOrder.BIG,
        scale=1,
        not_available=(),
    )


class Device:
    """A device that has all addresses but some, and counts requests."""

    def __init__(self, holes: set[int]) -> None:
        """Take the addresses that do not exist."""
        self.holes = holes
        self.requests: list[tuple[int, int]] = []

    async def read(self, table: Table, address: int, count: int) -> list[int]:
        """Answer addresses as values."""
        self.requests.append((address, count))
        if self.holes & set(range(address, address + count)):
            raise IllegalDataAddressError
        return list(range(address, address + count))


def spans(registers: list[Register]) -> list[tuple[int, int]]:
    """Return the planned requests."""
    return [(block.address, block.count) for block in plan_blocks(registers)]


def test_registers_close_together_are_read_at_once() -> None:
    """A gap of eight is bridged, one of nine is not."""
    assert spans([a_register(0), a_register(9), a_register(19)]) == [(0, 10), (19, 1)]


def test_a_block_holds_100_registers_at_most() -> None:
    """And no long number is cut in two."""
    many = [a_register(address) for address in range(99)]
    many.append(a_register(99, RegisterType.UINT32))
    assert spans(many) == [(0, 99), (99, 2)]


def test_the_tables_are_read_apart() -> None:
    """They have their own addresses."""
    both = [a_register(0), a_register(1, table=Table.HOLDING)]
    assert [block.table for block in plan_blocks(both)] == [Table.HOLDING, Table.INPUT]


async def test_a_hole_is_found_once_and_remembered() -> None:
    """The next reading asks only for what is there."""
    device = Device({5})
    reader = BlockReader([a_register(address) for address in range(8)])
    values = await reader.read(device.read)
    assert {r.address for r in values} == {0, 1, 2, 3, 4, 6, 7}
    assert reader.holes == {"r5_input"}
    assert device.requests == [(0, 8), (0, 4), (4, 4), (4, 2), (4, 1), (5, 1), (6, 2)]
    device.requests.clear()
    await reader.read(device.read)
    assert device.requests == [(0, 4), (4, 1), (6, 2)]


async def test_a_hole_between_wanted_registers_costs_none_of_them() -> None:
    """The device refuses the bridge, not the registers."""
    device = Device({3})
    reader = BlockReader([a_register(0), a_register(6)])
    assert len(await reader.read(device.read)) == 2
    assert reader.holes == frozenset()


async def test_after_forgetting_a_hole_is_looked_for_again() -> None:
    """The device can have got new firmware."""
    device = Device({5})
    reader = BlockReader([a_register(address) for address in range(8)])
    await reader.read(device.read)
    device.holes.clear()
    reader.forget()
    assert len(await reader.read(device.read)) == 8
    assert len(reader.blocks) == 1


async def test_another_error_is_passed_on_and_changes_nothing() -> None:
    """A timeout says nothing about addresses."""

    async def no_answer(table: Table, address: int, count: int) -> list[int]:
        raise ModbusTimeoutError

    reader = BlockReader([a_register(0), a_register(50)])
    before = reader.blocks
    with pytest.raises(ModbusTimeoutError):
        await reader.read(no_answer)
    assert reader.blocks == before


@given(
    addresses=st.sets(st.integers(0, 400), min_size=1, max_size=60),
    wide=st.sets(st.integers(0, 400)),
)
def test_every_plan_covers_all_within_the_limits(
    addresses: set[int], wide: set[int]
) -> None:
    """Whatever the registers, overlapping ones too."""
    registers = [
        a_register(a, RegisterType.INT32 if a in wide else RegisterType.UINT16)
        for a in addresses
    ]
    blocks = plan_blocks(registers)
    planned = [r for block in blocks for r in block.registers]
    assert sorted(r.address for r in planned) == sorted(addresses)
    for block in blocks:
        assert block.count <= MAX_REGISTERS
        reached = block.address
        for register in block.registers:
            assert register.address - reached <= MAX_GAP
            reached = max(reached, register.end)


async def test_sixty_registers_cost_four_requests_at_most() -> None:
    """Spread over a device as makers do it: four groups, with small gaps inside."""
    addresses = [
        start + 2 * number for start in (0, 500, 1000, 4000) for number in range(15)
    ]
    device = Device(set())
    reader = BlockReader([a_register(address) for address in addresses])
    values = await reader.read(device.read)
    assert len(values) == 60
    assert len(device.requests) <= 4
