// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Account} from "../../../contracts/types/Account.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice One holder's slot: no field spills into another.
contract AccountTest is KedgeTest {
    uint256 private constant MAX_UNITS = (1 << 108) - 1;

    function _assert(Account a, uint256 units, uint256 id, bool closed, uint256 nonce) private pure {
        assertEq(a.units(), units, "units");
        assertEq(a.delegateId(), id, "delegate");
        assertEq(a.isClosed(), closed, "closed");
        assertEq(a.nonce(), nonce, "nonce");
    }

    function test_fields_StandApartAtTheirLimits() public pure {
        Account a = Account.wrap(0);
        _assert(a, 0, 0, false, 0);
        a = a.plus(MAX_UNITS);
        _assert(a, MAX_UNITS, 0, false, 0);
        a = a.withDelegate(type(uint56).max);
        _assert(a, MAX_UNITS, type(uint56).max, false, 0);
        a = a.close();
        _assert(a, MAX_UNITS, type(uint56).max, true, 0);
        a = a.bumpNonce();
        _assert(a, MAX_UNITS, type(uint56).max, true, 1);
        a = a.minus(MAX_UNITS);
        _assert(a, 0, type(uint56).max, true, 1);
        a = a.withDelegate(0);
        _assert(a, 0, 0, true, 1);
        a = a.close();
        _assert(a, 0, 0, true, 1);
    }

    function test_bumpNonce_WrapsWithoutTouchingTheRest() public pure {
        Account a = Account.wrap(type(uint256).max);
        _assert(a.bumpNonce(), type(uint128).max, type(uint56).max, true, 0);
    }

    function testFuzz_fields_StandApart(
        uint256 units,
        uint56 id,
        uint64 nonce,
        bool closed,
        uint56 next
    ) public pure {
        units = bound(units, 0, MAX_UNITS);
        Account a = Account.wrap(units | (uint256(id) << 128) | (uint256(nonce) << 192));
        if (closed) a = a.close();
        _assert(a, units, id, closed, nonce);
        _assert(a.withDelegate(next), units, next, closed, nonce);
        _assert(a.minus(units / 2), units - units / 2, id, closed, nonce);
        _assert(a.plus(MAX_UNITS - units), MAX_UNITS, id, closed, nonce);
    }
}
