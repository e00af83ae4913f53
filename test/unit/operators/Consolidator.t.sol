// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../../contracts/access/Roles.sol";
import {IBeaconRequests} from "../../../contracts/interfaces/IBeaconRequests.sol";
import {IBeaconVerifier} from "../../../contracts/interfaces/IBeaconVerifier.sol";
import {IConsolidator} from "../../../contracts/interfaces/IConsolidator.sol";
import {IOperatorRegistry} from "../../../contracts/interfaces/IOperatorRegistry.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {IWithdrawalVault} from "../../../contracts/interfaces/IWithdrawalVault.sol";
import {BeaconProofs} from "../../../contracts/libraries/BeaconProofs.sol";
import {Consolidator} from "../../../contracts/operators/Consolidator.sol";
import {BeaconVerifier} from "../../../contracts/oracle/BeaconVerifier.sol";
import {BeaconValidator} from "../../../contracts/types/BeaconValidator.sol";
import {RequestContracts} from "../../utils/RequestContracts.sol";
import {Validators} from "../../utils/Validators.sol";

/// @notice Ten validators of ours, 100 to 109: 100 has 40.5 ETH, 102 is young, 103 exits.
contract ConsolidatorTest is Validators, RequestContracts {
    uint40 private constant RICH = 100;
    uint40 private constant YOUNG = 102;
    uint40 private constant EXITING = 103;

    struct Shown {
        uint256[] indices;
        BeaconValidator[] validators;
        bytes32[] proof;
    }

    Consolidator private consolidator;
    BeaconVerifier private verifier;
    string private vectors;
    /// @dev Whose root is fresh.
    string private block_ = "$.root";

    function setUp() public override {
        super.setUp();
        installRequestContracts();
        verifier = makeVerifier();
        consolidator = factory.newConsolidator(
            verifier,
            ledger,
            validatorRegistry,
            operatorRegistry,
            withdrawalVault,
            256
        );
        authority.grantRole(Roles.CONSOLIDATOR, address(consolidator));
        authority.grantRole(Roles.WITNESS, address(this));
        vectors = vm.readFile("test/fixtures/generated/beacon-exits.json");
        KeySet memory s = committed(OPERATOR, "ten");
        predeposit(OPERATOR, s);
        proveAndTopUp(OPERATOR, s, amountsOf(10, 31e9));
        vm.deal(manager, 10 ether);
    }

    /* REQUESTS */

    /// @dev The beacon chain gets the vault's address and both keys, whichever index is lower.
    function test_consolidate_AsksAndNotes() public {
        Shown memory s = pair("both");
        for (uint256 i = 0; i < 2; ++i) {
            (uint40 source, uint40 target) = i == 0 ? (uint40(101), uint40(104)) : (104, 101);
            uint256 state = vm.snapshotState();
            vm.expectEmit(address(validatorRegistry));
            emit IValidatorRegistry.ConsolidationNoted(source, target, OPERATOR);
            vm.expectEmit(address(consolidator));
            emit IConsolidator.ConsolidationRequested(OPERATOR, source, target, 1);
            consolidate(source, target, s, 1);
            bytes memory expected = abi.encodePacked(
                address(withdrawalVault),
                s.validators[i].pubkey,
                s.validators[1 - i].pubkey
            );
            assertEq(dequeueConsolidations(), expected, "request");
            assertEq(uint256(validatorRegistry.consolidationOf(source).target), target, "noted");
            assertEq(uint256(validatorRegistry.stakeOf(OPERATOR).eth), 320, "stake");
            vm.revertToState(state);
        }
    }

    function test_consolidate_AgainWhereItWasDropped() public {
        consolidate(101, 104, pair("both"), 1);
        skipTime(1 hours);
        consolidate(101, 104, pair("both"), 1);
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.ConsolidationStands.selector, 101, uint256(104))
        );
        consolidate(101, RICH, pair("rich"), 1);
    }

    function test_consolidate_RevertWhen_CallerIsNotTheManager() public {
        address[2] memory callers = [rival, address(this)];
        Shown memory s = pair("both");
        for (uint256 i = 0; i < 2; ++i) {
            refreshRoot();
            vm.deal(callers[i], 1 ether);
            vm.prank(callers[i]);
            vm.expectRevert(
                abi.encodeWithSelector(IOperatorRegistry.NotManager.selector, OPERATOR, callers[i])
            );
            consolidator.consolidate{value: 1}(recent(), 101, 104, s.validators, s.proof);
        }
    }

    /// @dev A stopped operator's validators are to exit, and not to hide from it.
    function test_consolidate_RevertGiven_TheOperatorIsStopped() public {
        operatorRegistry.setStanding(OPERATOR, IOperatorRegistry.Standing.Watched, "");
        consolidate(101, 104, pair("both"), 1);
        operatorRegistry.setStanding(OPERATOR, IOperatorRegistry.Standing.Jailed, "");
        vm.expectRevert(
            abi.encodeWithSelector(
                IOperatorRegistry.OperatorStopped.selector,
                OPERATOR,
                IOperatorRegistry.Standing.Jailed
            )
        );
        consolidate(101, 104, pair("both"), 1);
    }

    /* WHAT IS PROVEN */

    function test_consolidate_RevertWhen_OneIsNotActiveForLongEnough() public {
        Shown memory s = pair("young");
        vm.expectRevert(abi.encodeWithSelector(IConsolidator.TooYoung.selector, YOUNG, 22_656));
        consolidate(YOUNG, 101, s, 1);
        // a target need not be old
        consolidate(101, YOUNG, s, 1);
        vm.warp(GENESIS_TIME + 22_656 * SLOTS_PER_EPOCH * SECONDS_PER_SLOT + 1);
        skipTime(1 days);
        refreshRoot();
        Shown memory one = shown("$.ones[1]");
        consolidator.drop(recent(), 101, one.validators[0], one.proof);
        consolidate(YOUNG, 101, s, 1);
    }

    /// @dev In the vectors of new keys nobody is active.
    function test_consolidate_RevertGiven_TheTargetIsNotActive() public {
        KeySet memory k = keySet(keys, "pair");
        freshRoot();
        uint256 never = type(uint64).max;
        k.validators[0].activationEpoch = 20_010;
        vm.mockCall(address(verifier), abi.encodePacked(verifier.verifyValidators.selector), abi.encode(0));
        vm.expectRevert(abi.encodeWithSelector(IConsolidator.TooYoung.selector, 101, never));
        vm.prank(manager);
        consolidator.consolidate{value: 1}(recent(), 100, 101, k.validators, k.validatorsProof);
        vm.expectRevert(abi.encodeWithSelector(IConsolidator.TooYoung.selector, 101, never + 256));
        vm.prank(manager);
        consolidator.consolidate{value: 1}(recent(), 101, 100, k.validators, k.validatorsProof);
    }

    function test_consolidate_RevertGiven_OneExitsOrIsSlashed() public {
        Shown memory s = pair("exiting");
        bytes memory exits = abi.encodeWithSelector(IConsolidator.ValidatorExiting.selector, EXITING, 22_520);
        vm.expectRevert(exits);
        consolidate(EXITING, 101, s, 1);
        vm.expectRevert(exits);
        consolidate(101, EXITING, s, 1);
        block_ = "$.leaving.root";
        s = pair("slashed");
        bytes memory slashed = abi.encodeWithSelector(IConsolidator.ValidatorSlashed.selector, 104);
        vm.expectRevert(slashed);
        consolidate(104, 105, s, 1);
        vm.expectRevert(slashed);
        consolidate(105, 104, s, 1);
    }

    /// @dev The verifier is deaf here: credentials of a validator of ours never change, once they are compounding.
    function test_consolidate_RevertWhen_CredentialsAreNotOurs() public {
        vm.mockCall(address(verifier), abi.encodePacked(verifier.verifyValidators.selector), abi.encode(0));
        bytes32 ours = ledger.withdrawalCredentials();
        bytes32 others = ours ^ bytes32(uint256(3) << 248);
        for (uint256 i = 0; i < 2; ++i) {
            Shown memory s = pair("both");
            s.validators[i].withdrawalCredentials = others;
            vm.expectRevert(
                abi.encodeWithSelector(
                    IConsolidator.WrongCredentials.selector,
                    i == 0 ? 101 : 104,
                    others,
                    ours
                )
            );
            consolidate(101, 104, s, 1);
        }
    }

    function test_consolidate_RevertWhen_TheProofIsOfOthers() public {
        Shown memory s = pair("both");
        s.validators[0].activationEpoch -= 1;
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        consolidate(101, 104, s, 1);
        s = pair("both");
        (s.validators[0], s.validators[1]) = (s.validators[1], s.validators[0]);
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        consolidate(101, 104, s, 1);
        s = pair("both");
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        consolidate(101, 105, s, 1);
        s.validators = shown("$.ones[1]").validators;
        vm.expectRevert(abi.encodeWithSelector(BeaconProofs.CountMismatch.selector, 2, 1));
        consolidate(101, 104, s, 1);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorUnknown.selector, uint256(5)));
        consolidate(101, 5, s, 1);
    }

    function test_consolidate_RevertWhen_TheRootIsOld() public {
        Shown memory s = pair("both");
        refreshRoot();
        IBeaconVerifier.BlockProof memory b = recent();
        b.history = new bytes32[](1);
        expectOld(b, s);
        b = recent();
        b.timestamp = uint64(currentTime() + 1);
        expectOld(b, s);
        b = recent();
        vm.warp(uint256(rootTime) + 10 minutes + 1);
        expectOld(b, s);
        vm.warp(uint256(rootTime) + 10 minutes);
        vm.prank(manager);
        consolidator.consolidate{value: 1}(b, 101, 104, s.validators, s.proof);
    }

    /* THE FEE */

    function testFuzz_consolidate_TheManagerPaysTheFeeAndNoMore(uint256 excess, uint256 value) public {
        vm.store(CONSOLIDATION_REQUESTS, EXCESS_SLOT, bytes32(bound(excess, 0, 500)));
        uint256 fee = withdrawalVault.consolidationFee();
        value = bound(value, 0, 2 * fee);
        vm.deal(manager, value);
        vm.deal(address(withdrawalVault), 5 ether);
        if (value < fee) {
            vm.expectRevert(abi.encodeWithSelector(IWithdrawalVault.FeeNotPaid.selector, value, fee, 1));
            consolidate(101, 104, pair("both"), value);
        } else {
            consolidate(101, 104, pair("both"), value);
            value -= fee;
        }
        assertEq(manager.balance, value, "manager");
        assertEq(address(consolidator).balance, 0, "nothing stays");
        assertEq(address(withdrawalVault).balance, 5 ether, "nor is spent");
    }

    function test_consolidate_RevertGiven_TheManagerTakesNothingBack() public {
        vm.prank(manager);
        operatorRegistry.proposeManager(OPERATOR, address(this));
        operatorRegistry.acceptManager(OPERATOR);
        Shown memory s = pair("both");
        refreshRoot();
        vm.expectRevert(abi.encodeWithSelector(IBeaconRequests.RefundRefused.selector, address(this)));
        consolidator.consolidate{value: 2}(recent(), 101, 104, s.validators, s.proof);
        consolidator.consolidate{value: 1}(recent(), 101, 104, s.validators, s.proof);
    }

    /* DROPPED REQUESTS */

    function test_drop_ADayLaterByAnyone() public {
        consolidate(101, 104, pair("both"), 1);
        uint256 end = currentTime() + 1 days;
        vm.warp(end);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ConsolidationOpen.selector, 101, end));
        drop();
        skipTime(1);
        drop();
        consolidate(101, RICH, pair("rich"), 1);
    }

    function test_drop_RevertWhen_TheSourceExitsOrTheRootIsOld() public {
        consolidate(101, 104, pair("both"), 1);
        skipTime(2 days);
        block_ = "$.leaving.root";
        refreshRoot();
        Shown memory s = shown("$.leaving.one");
        vm.expectRevert(abi.encodeWithSelector(IConsolidator.ValidatorExiting.selector, 101, 22_520));
        consolidator.drop(recent(), 101, s.validators[0], s.proof);
        block_ = "$.root";
        refreshRoot();
        s = shown("$.ones[1]");
        s.validators[0].effectiveBalance += 1;
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        consolidator.drop(recent(), 101, s.validators[0], s.proof);
        s = shown("$.ones[1]");
        skipTime(10 minutes);
        vm.expectPartialRevert(IBeaconRequests.RootTooOld.selector);
        consolidator.drop(recent(), 101, s.validators[0], s.proof);
    }

    /* CONSTRUCTOR */

    function test_constructor_RevertWhen_ThePeriodIsOutOfBounds() public {
        assertEq(consolidator.committeePeriod(), 256, "period");
        vm.expectRevert(
            abi.encodeWithSelector(
                IConsolidator.ParameterOutOfBounds.selector,
                bytes32("committeePeriod"),
                65_537
            )
        );
        factory.newConsolidator(
            verifier,
            ledger,
            validatorRegistry,
            operatorRegistry,
            withdrawalVault,
            65_537
        );
    }

    /* INTERNAL */

    function consolidate(uint40 source, uint40 target, Shown memory s, uint256 value) private {
        refreshRoot();
        vm.prank(manager);
        consolidator.consolidate{value: value}(recent(), source, target, s.validators, s.proof);
    }

    function drop() private {
        refreshRoot();
        Shown memory s = shown("$.ones[1]");
        consolidator.drop(recent(), 101, s.validators[0], s.proof);
    }

    function expectOld(IBeaconVerifier.BlockProof memory b, Shown memory s) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IBeaconRequests.RootTooOld.selector,
                b.timestamp,
                currentTime() - 10 minutes
            )
        );
        vm.prank(manager);
        consolidator.consolidate{value: 1}(b, 101, 104, s.validators, s.proof);
    }

    function pair(string memory name) private view returns (Shown memory) {
        return shown(string.concat("$.pairs.", name));
    }

    function shown(string memory path) private view returns (Shown memory) {
        return abi.decode(vm.parseJsonBytes(vectors, path), (Shown));
    }

    function recent() private view returns (IBeaconVerifier.BlockProof memory b) {
        b.timestamp = rootTime;
    }

    function refreshRoot() private {
        rootTime = uint64(currentTime() - 12);
        setBeaconRoot(rootTime, vm.parseJsonBytes32(vectors, block_));
    }
}
