// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Authority} from "../../../contracts/access/Authority.sol";
import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IEtherVault} from "../../../contracts/interfaces/IEtherVault.sol";
import {RewardsVault} from "../../../contracts/vaults/RewardsVault.sol";
import {WithdrawalVault} from "../../../contracts/vaults/WithdrawalVault.sol";
import {SweepCaller__Mock} from "../../mocks/SweepCaller__Mock.sol";
import {FactoryTest} from "../../utils/FactoryTest.sol";

/// @notice Both vaults, with a double in the ledger's role.
contract EtherVaultTest is FactoryTest {
    WithdrawalVault private withdrawals;
    RewardsVault private rewards;
    SweepCaller__Mock private caller;
    address private eve = makeAddr("eve");

    function setUp() public {
        Authority authority = factory.newAuthority(address(this));
        IAuthority a = IAuthority(address(authority));
        withdrawals = factory.newWithdrawalVault(a);
        rewards = factory.newRewardsVault(a);
        caller = new SweepCaller__Mock();
        authority.grantRole(Roles.LEDGER, address(caller));
    }

    function test_sweep_SendsEtherToTheLedger() public {
        vm.deal(address(withdrawals), 5 ether);
        caller.sweep(withdrawals, 2 ether);
        assertEq(caller.received(), 2 ether, "through receiveSwept");
        assertEq(address(withdrawals).balance, 3 ether, "the rest stays");
        caller.sweep(withdrawals, 3 ether);
        assertEq(caller.received(), 5 ether, "to the last wei");
        caller.sweep(withdrawals, 0);
        assertEq(caller.received(), 5 ether, "nothing");
    }

    function test_sweep_RevertWhen_TheVaultHoldsLess() public {
        vm.deal(address(rewards), 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IEtherVault.InsufficientEther.selector, 1 ether, 1 ether + 1));
        caller.sweep(rewards, 1 ether + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IEtherVault.InsufficientEther.selector, 1 ether, type(uint256).max)
        );
        caller.sweep(rewards, type(uint256).max);
    }

    function test_sweep_RevertWhen_CallerIsNotTheLedger() public {
        vm.deal(address(withdrawals), 1 ether);
        bytes memory denied = abi.encodeWithSelector(Guarded.Unauthorized.selector, eve, Roles.LEDGER);
        vm.startPrank(eve);
        vm.expectRevert(denied);
        withdrawals.sweep(1);
        vm.expectRevert(denied);
        withdrawals.sweep(0);
        vm.expectRevert(denied);
        rewards.sweep(0);
    }

    /// @dev A ledger that cannot take ether loses none of it.
    function test_sweep_RevertWhen_TheLedgerRefuses() public {
        vm.deal(address(withdrawals), 1 ether);
        caller.refuse();
        vm.expectRevert(SweepCaller__Mock.Refused.selector);
        caller.sweep(withdrawals, 1 ether);
        assertEq(address(withdrawals).balance, 1 ether, "it stays");
    }

    function test_receive_WithdrawalVaultTakesNoPlainEther() public {
        vm.deal(address(this), 2 ether);
        (bool sent, ) = address(withdrawals).call{value: 1}("");
        assertFalse(sent, "plain");
        (sent, ) = address(withdrawals).call{value: 1}(hex"12345678");
        assertFalse(sent, "with data");
        assertEq(address(withdrawals).balance, 0, "nothing came");
    }

    function test_receive_RewardsVaultTakesPlainEther() public {
        vm.deal(address(this), 1 ether);
        (bool sent, ) = address(rewards).call{value: 1 ether}("");
        assertTrue(sent, "plain");
        assertEq(address(rewards).balance, 1 ether, "held");
        // a builder pays with the 2300 gas of a transfer
        vm.deal(address(this), 1 ether);
        (sent, ) = address(rewards).call{value: 1 ether, gas: 0}("");
        assertTrue(sent, "with the stipend alone");
        vm.deal(address(this), 1);
        (sent, ) = address(rewards).call{value: 1}(hex"12345678");
        assertFalse(sent, "with data");
    }

    function test_constructor_RevertWhen_AuthorityIsZero() public {
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newWithdrawalVault(IAuthority(address(0)));
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newRewardsVault(IAuthority(address(0)));
    }

    function testFuzz_sweep_GivesWhatIsThereAndNoMore(uint256 held, uint256 amount) public {
        held = bound(held, 0, 1e30);
        vm.deal(address(withdrawals), held);
        if (amount > held) {
            vm.expectRevert(abi.encodeWithSelector(IEtherVault.InsufficientEther.selector, held, amount));
            caller.sweep(withdrawals, amount);
            amount = 0;
        } else {
            caller.sweep(withdrawals, amount);
        }
        assertEq(address(withdrawals).balance, held - amount, "vault");
        assertEq(caller.received(), amount, "ledger");
    }
}
