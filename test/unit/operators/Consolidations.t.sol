// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Authority} from "../../../contracts/access/Authority.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {OperatorRegistry} from "../../../contracts/operators/OperatorRegistry.sol";
import {ValidatorRegistry} from "../../../contracts/operators/ValidatorRegistry.sol";
import {BeaconVectors} from "../../utils/BeaconVectors.sol";
import {FactoryTest} from "../../utils/FactoryTest.sol";

/// @notice What the registry makes of validators that are merged, with the test in the place of all that speak to it. The
/// operator runs 100 to 109, with 32 ETH each but the last, which has its predeposit alone. A rival runs others.
contract ConsolidationsTest is FactoryTest, BeaconVectors {
    IValidatorRegistry.ValidatorState private constant EXITED = IValidatorRegistry.ValidatorState.Exited;
    IValidatorRegistry.ValidatorState private constant WITHDRAWN =
        IValidatorRegistry.ValidatorState.Withdrawn;
    uint40 private constant RIVALS = 290;
    uint40 private constant SMALL = 109;
    uint256 private constant STAKE = 320;
    uint40 private constant A = 101;
    uint40 private constant B = 102;
    uint40 private constant C = 103;

    ValidatorRegistry private registry;
    address private manager = makeAddr("manager");
    address private rival = makeAddr("rival");

    function setUp() public {
        Authority authority = factory.newAuthority(address(this));
        IAuthority a = IAuthority(address(authority));
        OperatorRegistry operators = factory.newOperatorRegistry(a);
        registry = factory.newValidatorRegistry(a, operators, 60 days);
        authority.grantRole(Roles.DEPOSITOR, address(this));
        authority.grantRole(Roles.WITNESS, address(this));
        authority.grantRole(Roles.CONSOLIDATOR, address(this));
        vm.prank(manager);
        operators.register(manager, 1_000);
        vm.prank(rival);
        operators.register(rival, 1_000);
        run(manager, 1, "ten");
        run(rival, 2, "crossed");
        for (uint40 index = 100; index < SMALL; ++index) topUp(index, 31);
    }

    /* NOTING */

    function test_noteConsolidation_KeepsIt() public {
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.ConsolidationNoted(A, B, 1);
        assertEq(registry.noteConsolidation(A, B), 1, "operator");
        IValidatorRegistry.Consolidation memory c = registry.consolidationOf(A);
        assertEq(uint256(c.target), B, "target");
        assertEq(uint256(c.notedAt), currentTime(), "time");
        assertTrue(registry.isConsolidating(A), "the source");
        assertFalse(registry.isConsolidating(B), "not the target");
        expectStake(STAKE, 32, 32);
    }

    function test_noteConsolidation_AgainForTheSameTarget() public {
        registry.noteConsolidation(A, B);
        skipTime(1 hours);
        registry.noteConsolidation(A, B);
        assertEq(uint256(registry.consolidationOf(A).notedAt), currentTime(), "time");
        // several sources may share a target
        registry.noteConsolidation(C, B);
    }

    function test_noteConsolidation_RevertWhen_NotTwoOfOneOperator() public {
        expectRefused(abi.encodeWithSelector(IValidatorRegistry.ConsolidationRefused.selector, A, A), A, A);
        expectRefused(
            abi.encodeWithSelector(IValidatorRegistry.ConsolidationRefused.selector, A, RIVALS),
            A,
            RIVALS
        );
        expectRefused(
            abi.encodeWithSelector(IValidatorRegistry.ConsolidationRefused.selector, RIVALS, A),
            RIVALS,
            A
        );
        bytes memory unknown = abi.encodeWithSelector(IValidatorRegistry.ValidatorUnknown.selector, 5);
        expectRefused(unknown, A, 5);
        expectRefused(unknown, 5, A);
    }

    function testFuzz_noteConsolidation_RevertGiven_OneLeaves(uint256 state, bool slashed) public {
        state = bound(state, slashed ? 2 : 3, 5);
        registry.advance(A, IValidatorRegistry.ValidatorState(state), slashed);
        bytes memory leaves = abi.encodeWithSelector(
            IValidatorRegistry.ValidatorLeaves.selector,
            A,
            state,
            slashed
        );
        expectRefused(leaves, A, B);
        expectRefused(leaves, B, A);
    }

    function test_noteConsolidation_RevertWhen_BothAreMoreThanOneCanStake() public {
        topUp(A, 1_984);
        registry.noteConsolidation(A, B);
        topUp(B, 1);
        bytes memory above = abi.encodeWithSelector(
            IValidatorRegistry.ConsolidationAboveMaximum.selector,
            A,
            B,
            2_049,
            2_048
        );
        expectRefused(above, A, B);
    }

    /// @dev No link is written over while its request may be taken, and none makes a circle.
    function test_noteConsolidation_RevertGiven_AnotherStands() public {
        registry.noteConsolidation(A, B);
        expectRefused(abi.encodeWithSelector(IValidatorRegistry.ConsolidationStands.selector, A, B), A, C);
        expectRefused(abi.encodeWithSelector(IValidatorRegistry.ConsolidationStands.selector, A, B), B, A);
        skipTime(2 days);
        expectRefused(abi.encodeWithSelector(IValidatorRegistry.ConsolidationStands.selector, A, B), A, C);
        expectRefused(abi.encodeWithSelector(IValidatorRegistry.ConsolidationStands.selector, A, B), C, A);
    }

    /* DROPPING */

    function test_dropConsolidation_ADayAfterTheLastRequest() public {
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ConsolidationUnknown.selector, A));
        registry.dropConsolidation(A);
        registry.noteConsolidation(A, B);
        skipTime(12 hours);
        registry.noteConsolidation(A, B);
        uint256 end = currentTime() + 1 days;
        skipTime(1 days);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ConsolidationOpen.selector, A, end));
        registry.dropConsolidation(A);
        skipTime(1);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.ConsolidationDropped(A, B);
        registry.dropConsolidation(A);
        assertFalse(registry.isConsolidating(A), "no more");
        registry.noteConsolidation(B, A);
        // what was dropped has no part in what follows
        registry.advance(A, WITHDRAWN, false);
        assertEq(uint256(registry.validator(B).depositedEth), 32, "B");
        expectFreed(32);
    }

    /// @dev Of a validator that exits nobody can tell any more that its request was dropped.
    function test_dropConsolidation_RevertGiven_TheSourceExits() public {
        registry.noteConsolidation(A, B);
        skipTime(2 days);
        registry.advance(A, IValidatorRegistry.ValidatorState.Exiting, false);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorLeaves.selector, A, 3, false));
        registry.dropConsolidation(A);
    }

    /* WHAT BECOMES OF STAKE */

    /// @dev The sum stays as it is until the target is withdrawn, and nothing is left then.
    function testFuzz_advance_MovesStakeToTheTarget(uint256 a, uint256 b) public {
        a = bound(a, 0, 1_984);
        b = bound(b, 0, 1_984 - a);
        topUp(A, a);
        topUp(B, b);
        registry.noteConsolidation(A, B);
        registry.advance(A, EXITED, false);
        expectStake(STAKE + a + b, 32 + a, 32 + b);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.ValidatorConsolidated(A, B, 32 + a);
        registry.advance(A, WITHDRAWN, false);
        expectStake(STAKE + a + b, 0, 64 + a + b);
        registry.advance(B, WITHDRAWN, false);
        expectFreed(64);
        registry.advance(C, WITHDRAWN, false);
        expectFreed(96);
    }

    /// @dev A validator that strangers made active reserves 32 ETH, whatever we deposited: so much moves.
    function test_advance_MovesWhatIsReserved() public {
        registry.noteConsolidation(SMALL, B);
        registry.advance(SMALL, WITHDRAWN, false);
        expectFreed(0);
        assertEq(uint256(registry.validator(B).depositedEth), 64, "target");
    }

    function test_advance_OfASlashedSource_FreesItsStake() public {
        registry.noteConsolidation(A, B);
        registry.noteConsolidation(C, B);
        registry.advance(A, IValidatorRegistry.ValidatorState.Exiting, true);
        assertFalse(registry.isConsolidating(A), "its balance goes to the vault");
        registry.advance(A, WITHDRAWN, false);
        expectFreed(32);
        // both told at once
        registry.advance(C, WITHDRAWN, true);
        expectFreed(64);
        assertEq(uint256(registry.validator(B).depositedEth), 32, "target");
    }

    /// @dev A bond backs the source for as long as the source has anything, whatever becomes of the target.
    function test_advance_OfATargetThatIsWithdrawnFirst() public {
        registry.noteConsolidation(A, B);
        registry.advance(A, EXITED, false);
        registry.advance(B, WITHDRAWN, false);
        expectFreed(32);
        registry.advance(A, WITHDRAWN, false);
        expectFreed(64);
    }

    /// @dev From B, which was merged into C before A was known to be withdrawn, A's balance went on to C.
    function test_advance_GoesOnToWhereTheTargetWasMerged() public {
        registry.noteConsolidation(A, B);
        registry.noteConsolidation(B, C);
        registry.advance(B, WITHDRAWN, false);
        assertEq(uint256(registry.validator(C).depositedEth), 64, "B and C");
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.ValidatorConsolidated(A, C, 32);
        registry.advance(A, WITHDRAWN, false);
        assertEq(uint256(registry.validator(C).depositedEth), 96, "all three");
        expectFreed(0);
        registry.advance(C, WITHDRAWN, false);
        expectFreed(96);
    }

    function test_advance_GoesNoFurtherThanASlashedTarget() public {
        registry.noteConsolidation(A, B);
        registry.noteConsolidation(B, C);
        registry.advance(B, WITHDRAWN, true);
        registry.advance(A, WITHDRAWN, false);
        assertEq(uint256(registry.validator(C).depositedEth), 32, "C");
        expectFreed(64);
    }

    /// @dev Of a target that was topped up meanwhile the beacon chain pays out what passes its maximum.
    function testFuzz_advance_FreesWhatTheTargetCannotStake(uint256 a, uint256 b) public {
        a = bound(a, 0, 1_984);
        b = bound(b, 1_984 - a, 2_016);
        topUp(A, a);
        registry.noteConsolidation(A, B);
        topUp(B, b);
        registry.advance(A, WITHDRAWN, false);
        expectStake(2_048 + STAKE - 64, 0, 2_048);
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.TopUpAboveMaximum.selector, B, 2_049, 2_048)
        );
        registry.vouch(topUpOf(B, 1));
        registry.advance(B, WITHDRAWN, false);
        expectFreed(64);
    }

    /// @dev Whatever is told of a merged validator later frees nothing.
    function test_advance_AfterTheMergeFreesNothing() public {
        registry.noteConsolidation(A, B);
        registry.advance(A, WITHDRAWN, false);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.NothingNew.selector, A, WITHDRAWN, false));
        registry.advance(A, WITHDRAWN, false);
        registry.advance(A, EXITED, true);
        expectStake(STAKE, 0, 64);
    }

    /* INTERNAL */

    /// @dev Proves a set, with nothing but predeposits.
    function run(address who, uint256 operatorId, string memory name) private {
        KeySet memory s = keySet(keysFile(), name);
        vm.prank(who);
        registry.commit(operatorId, s.root, s.count, "");
        (uint32[] memory gindices, bytes memory pubkeys, bytes memory signatures) = packed(s.keys);
        registry.predeposit(operatorId, s.root, gindices, pubkeys, signatures, s.proof);
        IValidatorRegistry.Link[] memory links = new IValidatorRegistry.Link[](s.keys.length);
        for (uint256 i = 0; i < links.length; ++i) {
            links[i] = IValidatorRegistry.Link({
                gindex: s.keys[i].gindex,
                validatorIndex: uint40(s.indices[s.positions[i]]),
                topUpGwei: 0,
                pubkeyHash: keccak256(s.keys[i].pubkey),
                signatureHash: s.signatureHashes[i]
            });
        }
        registry.prove(operatorId, s.root, links, s.proof);
    }

    function topUp(uint40 index, uint256 eth) private {
        registry.vouch(topUpOf(index, eth));
    }

    function topUpOf(
        uint40 index,
        uint256 eth
    ) private pure returns (IValidatorRegistry.TopUp[] memory list) {
        list = new IValidatorRegistry.TopUp[](1);
        list[0] = IValidatorRegistry.TopUp(index, uint64(eth * 1e9), bytes32(uint256(index)));
    }

    function expectRefused(bytes memory refused, uint256 source, uint256 target) private {
        vm.expectRevert(refused);
        registry.noteConsolidation(source, target);
    }

    /// @dev What the operator has at stake, and what A and B have on record.
    function expectStake(uint256 eth, uint256 a, uint256 b) private view {
        assertEq(uint256(registry.stakeOf(1).eth), eth, "stake");
        assertEq(registry.totalStake(), eth + 6 * 32, "total, with the rival's");
        assertEq(uint256(registry.validator(A).depositedEth), a, "A");
        assertEq(uint256(registry.validator(B).depositedEth), b, "B");
    }

    function expectFreed(uint256 eth) private view {
        assertEq(uint256(registry.stakeOf(1).eth), STAKE - eth, "stake");
    }
}
