// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PoolMath, Totals} from "../../contracts/libraries/PoolMath.sol";

/// @notice PoolMath behind a call, so that its reverts can be expected.
contract PoolMath__Harness {
    using PoolMath for Totals;

    function pack(
        uint256 units,
        uint256 target,
        bool paused,
        uint256 rate,
        uint256 end
    ) external pure returns (Totals) {
        return PoolMath.pack(units, target, paused, rate, end);
    }

    function add(Totals t, uint256 amount, uint256 minted) external pure returns (Totals) {
        return t.add(amount, minted);
    }

    function remove(Totals t, uint256 amount, uint256 burnt) external pure returns (Totals) {
        return t.remove(amount, burnt);
    }

    function addDrip(
        Totals t,
        uint256 gain,
        uint256 time,
        uint256 duration,
        uint256 maxRate
    ) external pure returns (Totals, uint256) {
        return t.addDrip(gain, time, duration, maxRate);
    }

    function takeLoss(Totals t, uint256 loss, uint256 time) external pure returns (Totals, uint256) {
        return t.takeLoss(loss, time);
    }

    function toUnitsDown(Totals t, uint256 amount, uint256 time) external pure returns (uint256) {
        return t.toUnitsDown(amount, time);
    }

    function toEtherDown(Totals t, uint256 amount, uint256 time) external pure returns (uint256) {
        return t.toEtherDown(amount, time);
    }

    function toEtherUp(Totals t, uint256 amount, uint256 time) external pure returns (uint256) {
        return t.toEtherUp(amount, time);
    }
}
