// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Authority} from "../../../contracts/access/Authority.sol";
import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IWithdrawalVault} from "../../../contracts/interfaces/IWithdrawalVault.sol";
import {WithdrawalVault} from "../../../contracts/vaults/WithdrawalVault.sol";
import {RequestContract__Mock} from "../../mocks/RequestContract__Mock.sol";
import {RequestContracts} from "../../utils/RequestContracts.sol";

/// @notice Requests to the official contracts of EIP-7002 and EIP-7251, with the test as the brain that makes them. The
/// vault holds ether throughout, and never less of it.
contract WithdrawalVaultTest is RequestContracts {
    error Refused();

    uint256 private constant HELD = 100 ether;

    Authority private authority;
    WithdrawalVault private vault;
    bool private refusing;

    receive() external payable {
        require(!refusing, Refused());
    }

    function setUp() public {
        authority = factory.newAuthority(address(this));
        vault = factory.newWithdrawalVault(IAuthority(address(authority)));
        authority.grantRole(Roles.EXIT_REQUESTER, address(this));
        authority.grantRole(Roles.CONSOLIDATOR, address(this));
        authority.grantRole(Roles.REQUEST_TARGET_MANAGER, address(this));
        installRequestContracts();
        vm.deal(address(vault), HELD);
        vm.deal(address(this), 10 ether);
    }

    /* WITHDRAWALS */

    /// @dev The queue's own record: source address, public key, amount, in the order of the call.
    function test_requestWithdrawals_QueuesEachKeyWithItsAmount() public {
        uint64[] memory amounts = new uint64[](2);
        amounts[1] = 0x0102030405060708;
        vm.expectEmit(address(vault));
        emit IWithdrawalVault.WithdrawalsRequested(address(this), keys(2), amounts, 1);
        vault.requestWithdrawals{value: 2}(keys(2), amounts);
        assertEq(queuedWithdrawals(), 2, "queued");
        // the contract tells amounts as the beacon chain reads them, little-endian
        bytes memory expected = abi.encodePacked(
            address(vault),
            key(0),
            hex"0000000000000000",
            address(vault),
            key(1),
            hex"0807060504030201"
        );
        assertEq(dequeueWithdrawals(), expected, "what the beacon chain gets");
        assertEq(address(vault).balance, HELD, "held");
    }

    function test_requestWithdrawals_ReturnsWhatIsTooMuch() public {
        uint256 before = address(this).balance;
        uint256 returned = vault.requestWithdrawals{value: 1 ether}(keys(3), new uint64[](3));
        assertEq(returned, 1 ether - 3, "told");
        assertEq(address(this).balance, before - 3, "spent");
        assertEq(address(vault).balance, HELD, "held");
    }

    function testFuzz_requestWithdrawals_SpendsExactlyTheFee(
        uint256 excess,
        uint256 count,
        uint256 value
    ) public {
        count = bound(count, 1, 6);
        setWithdrawalExcess(bound(excess, 0, 500));
        uint256 fee = vault.withdrawalFee();
        value = bound(value, 0, 2 * fee * count);
        uint256 mine = address(this).balance + value;
        vm.deal(address(this), mine);
        if (value < fee * count) {
            vm.expectRevert(abi.encodeWithSelector(IWithdrawalVault.FeeNotPaid.selector, value, fee, count));
            vault.requestWithdrawals{value: value}(keys(count), new uint64[](count));
        } else {
            vault.requestWithdrawals{value: value}(keys(count), new uint64[](count));
            mine -= fee * count;
            assertEq(queuedWithdrawals(), count, "queued");
        }
        assertEq(address(this).balance, mine, "mine");
        assertEq(address(vault).balance, HELD, "held");
    }

    function test_requestWithdrawals_RevertWhen_TheLengthsAreWrong() public {
        vm.expectRevert(IWithdrawalVault.NoRequests.selector);
        vault.requestWithdrawals{value: 1}("", new uint64[](0));
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalVault.WrongLength.selector, 96, 48));
        vault.requestWithdrawals{value: 1}(keys(2), new uint64[](1));
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalVault.WrongLength.selector, 47, 48));
        vault.requestWithdrawals{value: 1}(new bytes(47), new uint64[](1));
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalVault.WrongLength.selector, 0, 48));
        vault.requestWithdrawals{value: 1}("", new uint64[](1));
    }

    /// @dev Before its first block the contract takes nothing; one that is not there would take all that it is sent.
    function test_requestWithdrawals_RevertGiven_NobodyTellsTheFee() public {
        setWithdrawalExcess(type(uint256).max);
        expectUnknownFee(WITHDRAWAL_REQUESTS);
        address nobody = makeAddr("nobody");
        vault.setWithdrawalTarget(nobody);
        expectUnknownFee(nobody);
    }

    function test_requestWithdrawals_RevertWhen_OneIsRefused() public {
        address target = address(new RequestContract__Mock(7, 1));
        vault.setWithdrawalTarget(target);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalVault.RequestRefused.selector, target, 1));
        vault.requestWithdrawals{value: 21}(keys(3), new uint64[](3));
        assertEq(address(vault).balance, HELD, "held");
    }

    /// @dev A fee beyond all ether neither overflows nor is paid from what is held.
    function test_requestWithdrawals_RevertGiven_TheFeeIsAbsurd() public {
        vault.setWithdrawalTarget(address(new RequestContract__Mock(type(uint256).max, 9)));
        vm.expectRevert(
            abi.encodeWithSelector(IWithdrawalVault.FeeNotPaid.selector, 1 ether, type(uint256).max, 2)
        );
        vault.requestWithdrawals{value: 1 ether}(keys(2), new uint64[](2));
        vault.setWithdrawalTarget(address(new RequestContract__Mock(HELD, 9)));
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalVault.FeeNotPaid.selector, 0, HELD, 1));
        vault.requestWithdrawals(keys(1), new uint64[](1));
    }

    function test_requestWithdrawals_RevertGiven_TheCallerTakesNothingBack() public {
        refusing = true;
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalVault.ReturnRefused.selector, address(this)));
        vault.requestWithdrawals{value: 2}(keys(1), new uint64[](1));
        // nothing is returned to who pays exactly
        assertEq(vault.requestWithdrawals{value: 1}(keys(1), new uint64[](1)), 0, "returned");
    }

    function test_requestWithdrawals_RevertWhen_CallerHasNotTheRole() public {
        authority.revokeRole(Roles.EXIT_REQUESTER, address(this));
        vm.expectRevert(
            abi.encodeWithSelector(Guarded.Unauthorized.selector, address(this), Roles.EXIT_REQUESTER)
        );
        vault.requestWithdrawals{value: 1}(keys(1), new uint64[](1));
    }

    /* CONSOLIDATIONS */

    function test_requestConsolidation_QueuesSourceAndTarget() public {
        bytes memory sources = keys(2);
        bytes memory targets = bytes.concat(key(2), key(1));
        vm.expectEmit(address(vault));
        emit IWithdrawalVault.ConsolidationsRequested(address(this), sources, targets, 1);
        assertEq(vault.requestConsolidation{value: 10}(sources, targets), 8, "returned");
        bytes memory expected = bytes.concat(
            abi.encodePacked(address(vault), key(0), key(2)),
            abi.encodePacked(address(vault), key(1), key(1))
        );
        assertEq(dequeueConsolidations(), expected, "what the beacon chain gets");
        assertEq(address(vault).balance, HELD, "held");
    }

    function test_requestConsolidation_RevertWhen_TheLengthsAreWrong() public {
        vm.expectRevert(IWithdrawalVault.NoRequests.selector);
        vault.requestConsolidation{value: 1}(new bytes(47), keys(1));
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalVault.WrongLength.selector, 95, 48));
        vault.requestConsolidation{value: 1}(new bytes(95), keys(2));
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalVault.WrongLength.selector, 96, 48));
        vault.requestConsolidation{value: 1}(keys(1), keys(2));
    }

    function test_requestConsolidation_RevertGiven_TheFeeIsNotPaidOrUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalVault.FeeNotPaid.selector, 1, 1, 2));
        vault.requestConsolidation{value: 1}(keys(2), keys(2));
        vault.setConsolidationTarget(address(this));
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalVault.FeeUnknown.selector, address(this)));
        vault.requestConsolidation{value: 1}(keys(1), keys(1));
    }

    /* TARGETS */

    function test_setTargets_AreNeverZero() public {
        assertEq(vault.withdrawalTarget(), WITHDRAWAL_REQUESTS, "of EIP-7002");
        assertEq(vault.consolidationTarget(), CONSOLIDATION_REQUESTS, "of EIP-7251");
        address next = makeAddr("next");
        vm.expectEmit(address(vault));
        emit IWithdrawalVault.WithdrawalTargetSet(WITHDRAWAL_REQUESTS, next);
        vault.setWithdrawalTarget(next);
        vm.expectEmit(address(vault));
        emit IWithdrawalVault.ConsolidationTargetSet(CONSOLIDATION_REQUESTS, next);
        vault.setConsolidationTarget(next);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        vault.setWithdrawalTarget(address(0));
        vm.expectRevert(Guarded.ZeroAddress.selector);
        vault.setConsolidationTarget(address(0));
    }

    /* INTERNAL */

    function expectUnknownFee(address target) private {
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalVault.FeeUnknown.selector, target));
        vault.requestWithdrawals{value: 1}(keys(1), new uint64[](1));
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalVault.FeeUnknown.selector, target));
        vault.withdrawalFee();
    }

    function key(uint256 i) private pure returns (bytes memory) {
        return
            abi.encodePacked(keccak256(abi.encode("pubkey", i)), bytes16(keccak256(abi.encode("more", i))));
    }

    function keys(uint256 count) private pure returns (bytes memory all) {
        for (uint256 i = 0; i < count; ++i) all = bytes.concat(all, key(i));
    }
}
