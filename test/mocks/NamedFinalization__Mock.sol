// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Finalises as much as it is told, and refuses where that is nothing.
contract NamedFinalization__Mock {
    error NothingToDo();

    uint256 public amount;

    function tell(uint256 amount_) external {
        amount = amount_;
    }

    function finalizeNamed() external view returns (uint256, uint256) {
        require(amount > 0, NothingToDo());
        return (amount, amount);
    }
}
