// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakedEther} from "../../contracts/interfaces/IStakedEther.sol";
import {PoolMath, Totals} from "../../contracts/libraries/PoolMath.sol";
import {Deposits} from "./Deposits.sol";
import {Protocol} from "./Protocol.sol";

/// @notice The protocol, with means to put the pool at any rate and to play its brains.
abstract contract TokenTest is Protocol {
    using Deposits for Deposits.Batch;
    using PoolMath for Totals;

    /// @dev Slot of the pool's totals in the ledger; `setRate` checks it.
    bytes32 private constant TOTALS_SLOT = bytes32(uint256(9));
    bytes32 internal constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    bytes32 internal constant DELEGATION_TYPEHASH =
        keccak256("Delegation(address delegatee,uint256 nonce,uint256 expiry)");

    error TotalsInAnotherSlot();

    /// @notice Sets the rate (1e18 = one ether per share) as if gains or losses had been booked; no drip remains.
    function setRate(uint256 rate) internal {
        Totals t = Totals.wrap(uint256(vm.load(address(ledger), TOTALS_SLOT)));
        require(t.units() == ledger.totalUnits() && t.units() > 0, TotalsInAnotherSlot());
        uint256 target = (t.units() * rate) / 1e24;
        vm.deal(address(ledger), address(ledger).balance + target - t.target());
        vm.store(
            address(ledger),
            TOTALS_SLOT,
            bytes32(Totals.unwrap(PoolMath.pack(t.units(), target, t.isStakingPaused(), 0, 0)))
        );
    }

    /// @notice A booking that changes nothing but the frame.
    function quietBooking(uint256 frame) internal view returns (IStakedEther.Booking memory b) {
        b.frame = uint32(frame);
        b.refSlot = uint64(frame * SLOTS_PER_FRAME);
        b.beaconBalanceGwei = ledger.booksAt(frame).seed;
        b.depositedGwei = uint64(ledger.booksAt(frame).depositedGwei);
        b.feeReceiver = address(distributor);
    }

    /// @notice Makes `count` deposits of `amountGwei` each, as the account that is pranked.
    function depositSome(uint256 count, uint64 amountGwei) internal {
        Deposits.batch(count, amountGwei).send(ledger);
    }

    /// @notice EIP-712 digest, computed beside the contract.
    function digestOf(string memory name, address token, bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256(bytes(name)),
                keccak256("1"),
                block.chainid,
                token
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function permitDigest(
        address owner,
        address spender,
        uint256 value,
        uint256 nonce,
        uint256 deadline
    ) internal view returns (bytes32) {
        return
            digestOf(
                "Kedge Staked Ether",
                address(ledger),
                keccak256(abi.encode(PERMIT_TYPEHASH, owner, spender, value, nonce, deadline))
            );
    }
}
