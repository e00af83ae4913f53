// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Owns tickets and takes no ether, unless told to.
contract RefusingClaimer__Mock {
    error NoEtherPlease();

    bool public accepts;

    function setAccepts(bool accepts_) external {
        accepts = accepts_;
    }

    /// @notice Calls on as itself, and passes errors on.
    function execute(address target, bytes calldata data) external returns (bytes memory) {
        (bool done, bytes memory result) = target.call(data);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
        return result;
    }

    receive() external payable {
        require(accepts, NoEtherPlease());
    }
}
