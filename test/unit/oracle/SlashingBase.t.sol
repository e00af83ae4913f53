// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeaconVerifier} from "../../../contracts/interfaces/IBeaconVerifier.sol";
import {IBondVault} from "../../../contracts/interfaces/IBondVault.sol";
import {ISlashingOracle} from "../../../contracts/interfaces/ISlashingOracle.sol";
import {SlashingOracle} from "../../../contracts/oracle/SlashingOracle.sol";
import {BeaconValidator} from "../../../contracts/types/BeaconValidator.sol";
import {Verifier__Mock} from "../../mocks/Verifier__Mock.sol";
import {BondedOperators} from "../../utils/BondedOperators.sol";
import {Vm} from "../../utils/Vm.sol";

/// @notice The base of a slashing that was proven after the end of its epoch, and who corrects it. The story
/// `compounding` shows the same with real proofs.
contract SlashingBaseTest is BondedOperators {
    error NothingSettled();

    uint64 private constant VECTOR = 1_024;
    uint40 private constant INDEX = uint40(FIRST_VALIDATOR);
    uint64 private constant AT_STAKE = 2_048e9;
    /// @dev The end of the epoch takes an ETH for a penalty of half of one.
    uint64 private constant LATE = 2_047e9;

    Verifier__Mock private verifier;
    SlashingOracle private slashing;
    /// @dev Kept, since no call may come between an expected revert and its call.
    bytes32 private credentials;
    uint64 private slashedSlot;

    function setUp() public override {
        super.setUp();
        credentials = ledger.withdrawalCredentials();
        verifier = new Verifier__Mock();
        slashing = makeSlashingOracle(verifier, uint32(VECTOR));
        makeStaker("staker", 2_000 ether);
        bonds.deposit{value: 600 ether}(1);
        predepositKey(1);
        proveKey(0, 31);
        slashedSlot = uint64(currentFrame() * SLOTS_PER_FRAME + 5);
    }

    function test_raiseBase_BurnsAllThatWasLost() public {
        prove(LATE);
        show(AT_STAKE);
        vm.expectEmit(address(bonds));
        emit IBondVault.BaseRaised(INDEX, LATE, AT_STAKE);
        vm.prank(makeAddr("anyone"));
        raise(AT_STAKE, slashedSlot);
        assertEq(uint256(bonds.lockOf(INDEX).baseGwei), AT_STAKE, "base");
        expectSettled(2_047.5e9, 0.5 ether);
    }

    /// @dev It comes in time even where the first settlement was made in the transaction of the proof.
    function test_raiseBase_AfterASettlement() public {
        prove(LATE);
        expectSettled(2_047.5e9, 0);
        show(AT_STAKE);
        raise(AT_STAKE, slashedSlot);
        expectSettled(2_047.5e9, 0.5 ether);
        expectSettled(2_046e9, 1.5 ether);
        expectSettled(2_046e9, 0);
    }

    function test_raiseBase_AfterALossWasBurnt() public {
        prove(LATE);
        expectSettled(2_046e9, 1 ether);
        show(AT_STAKE);
        raise(AT_STAKE, slashedSlot);
        expectSettled(2_046e9, 1 ether);
        expectSettled(2_046e9, 0);
    }

    function test_raiseBase_RevertGiven_ItIsNoHigher() public {
        prove(AT_STAKE);
        expectNotHigher(AT_STAKE, AT_STAKE);
        raise(AT_STAKE, slashedSlot);
        expectSettled(2_040e9, 8 ether);
        // what was burnt is not burnt once more
        expectNotHigher(AT_STAKE, AT_STAKE);
        raise(AT_STAKE, slashedSlot);
        expectNotHigher(LATE, AT_STAKE);
        raise(LATE, slashedSlot);
    }

    function test_raiseBase_RevertGiven_ItWasRaised() public {
        prove(LATE);
        expectSettled(LATE, 0);
        show(AT_STAKE);
        raise(AT_STAKE, slashedSlot);
        expectNotHigher(AT_STAKE, AT_STAKE);
        raise(AT_STAKE, slashedSlot);
    }

    /// @dev What arrives at the validator later, by a deposit or from another one, was not at stake.
    function test_raiseBase_RevertWhen_TheBlockIsOfALaterEpoch() public {
        prove(LATE);
        uint64 epoch = slashedSlot / 32;
        uint64 next = (epoch + 1) * 32;
        bytes memory refused = abi.encodeWithSelector(
            ISlashingOracle.AfterEpochOfSlashing.selector,
            epoch + 1,
            epoch + VECTOR
        );
        show(AT_STAKE);
        vm.expectRevert(refused);
        raise(AT_STAKE, next);
        raise(AT_STAKE, next - 1);
    }

    function test_raiseBase_RevertWhen_NotSlashedOrNotProven() public {
        BeaconValidator memory v = containerOf(AT_STAKE);
        v.slashed = false;
        vm.expectRevert(abi.encodeWithSelector(ISlashingOracle.NotSlashed.selector, INDEX));
        slashing.raiseBase(blockAt(slashedSlot), INDEX, v, new bytes32[](0));
        v.slashed = true;
        vm.expectRevert(abi.encodeWithSelector(Verifier__Mock.NotTold.selector, INDEX));
        slashing.raiseBase(blockAt(slashedSlot), INDEX, v, new bytes32[](0));
        verifier.tellValidator(INDEX, v);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.NothingLocked.selector, INDEX));
        slashing.raiseBase(blockAt(slashedSlot), INDEX, v, new bytes32[](0));
    }

    /// @dev Whenever it is raised, all that was lost below the true base is burnt, and once.
    function testFuzz_raiseBase_WheneverItComes(uint64[4] memory balances, uint256 when) public {
        when = bound(when, 0, 3);
        prove(LATE);
        uint64 balance = AT_STAKE;
        uint256 burnt = 0;
        for (uint256 i = 0; i < 4; ++i) {
            show(AT_STAKE);
            if (i == when) raise(AT_STAKE, slashedSlot);
            balance = uint64(bound(balances[i], 2_040e9, balance));
            burnt += settle(balance);
        }
        assertEq(burnt, (AT_STAKE - uint256(balance)) * 1 gwei, "all, and once");
    }

    /* INTERNAL */

    function containerOf(uint64 effectiveBalance) private view returns (BeaconValidator memory) {
        return
            BeaconValidator({
                pubkey: allKeys[0].pubkey,
                withdrawalCredentials: credentials,
                effectiveBalance: effectiveBalance,
                slashed: true,
                activationEligibilityEpoch: 1,
                activationEpoch: 2,
                exitEpoch: slashedSlot / 32 + 5,
                withdrawableEpoch: slashedSlot / 32 + VECTOR
            });
    }

    function blockAt(uint64 slot) private pure returns (IBeaconVerifier.BlockProof memory b) {
        b.slot = slot;
    }

    function prove(uint64 effectiveBalance) private {
        BeaconValidator memory v = containerOf(effectiveBalance);
        verifier.tellValidator(INDEX, v);
        slashing.proveSlashed(blockAt(slashedSlot), INDEX, v, new bytes32[](0));
        // so that a report has booked what there is to settle
        report(0);
    }

    function show(uint64 effectiveBalance) private {
        verifier.tellValidator(INDEX, containerOf(effectiveBalance));
    }

    function raise(uint64 effectiveBalance, uint64 slot) private {
        slashing.raiseBase(blockAt(slot), INDEX, containerOf(effectiveBalance), new bytes32[](0));
    }

    /// @dev What the bond was asked for.
    function settle(uint64 balance) private returns (uint256) {
        BeaconValidator memory v = containerOf(LATE);
        verifier.tellValidator(INDEX, v);
        verifier.tellBalance(INDEX, slashedSlot + 40, balance);
        vm.recordLogs();
        slashing.settle(blockAt(slashedSlot + 40), INDEX, v, new bytes32[](0), bytes32(0), new bytes32[](0));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IBondVault.BondSettled.selector) continue;
            (, , uint256 loss, ) = abi.decode(logs[i].data, (uint256, uint256, uint256, uint256));
            return loss;
        }
        revert NothingSettled();
    }

    function expectSettled(uint64 balance, uint256 loss) private {
        assertEq(settle(balance), loss, "asked of the bond");
    }

    function expectNotHigher(uint64 base, uint64 present) private {
        show(base);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BaseNotHigher.selector, INDEX, base, present));
    }
}
