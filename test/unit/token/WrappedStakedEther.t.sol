// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IShareLedger} from "../../../contracts/interfaces/IShareLedger.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {IWrappedStakedEther} from "../../../contracts/interfaces/IWrappedStakedEther.sol";
import {PoolMath} from "../../../contracts/libraries/PoolMath.sol";
import {TokenTest} from "../../utils/TokenTest.sol";

/// @notice wkETH: an ERC-4626 vault in which one token is one share.
contract WrappedStakedEtherTest is TokenTest {
    address private alice;
    uint256 private aliceKey;
    address private bob = makeAddr("bob");

    function setUp() public override {
        super.setUp();
        (alice, aliceKey) = makeAddrAndKey("alice");
        makeStaker("alice", 100 ether);
        setRate(1.25e18);
        vm.prank(alice);
        ledger.approve(address(wrapper), type(uint256).max);
    }

    function _assertExact() private view {
        assertEq(ledger.unitsOf(address(wrapper)), wrapper.totalSupply() * 1e6 + _dust(), "TOK-4");
    }

    /// @dev Units of holders below a whole share: `totalSupply` rounds them down.
    function _dust() private view returns (uint256) {
        return ledger.unitsOf(address(wrapper)) % 1e6;
    }

    function test_constructor_RevertWhen_TheLedgerIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidSender.selector, address(0)));
        factory.newWrappedStakedEther(IStakedEther(address(0)));
    }

    function test_metadata() public view {
        assertEq(wrapper.name(), "Wrapped Kedge Staked Ether");
        assertEq(wrapper.symbol(), "wkETH");
        assertEq(wrapper.decimals(), 18);
        assertEq(wrapper.asset(), address(ledger));
        assertEq(wrapper.getRate(), 1.25e18, "rate");
        assertEq(wrapper.stEthPerToken(), 1.25e18, "rate by another name");
        assertEq(wrapper.exchangeRate(), 1.25e18, "rate by a third");
        assertEq(wrapper.lastReportTime(), ledger.lastReportTime(), "freshness");
    }

    /* IN */

    function test_deposit_PullsExactlyTheAssets() public {
        vm.expectEmit(address(wrapper));
        emit IERC20.Transfer(address(0), bob, 8 ether);
        vm.expectEmit(address(wrapper));
        emit IERC4626.Deposit(alice, bob, 10 ether, 8 ether);
        vm.prank(alice);
        assertEq(wrapper.deposit(10 ether, bob), 8 ether, "shares");
        assertEq(wrapper.balanceOf(bob), 8 ether, "receiver");
        assertEq(ledger.balanceOf(alice), 115 ether, "payer");
        assertEq(wrapper.totalAssets(), 10 ether, "assets");
        _assertExact();
    }

    function test_deposit_RevertWhen_TheAmountIsWorthNoShare() public {
        setRate(3e18);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IWrappedStakedEther.AmountTooSmall.selector, 0));
        wrapper.deposit(0, alice);
        vm.expectRevert(abi.encodeWithSelector(IWrappedStakedEther.AmountTooSmall.selector, 2));
        wrapper.deposit(2, alice);
        assertEq(wrapper.deposit(3, alice), 1, "three wei are one share");
        vm.stopPrank();
    }

    function test_deposit_RevertGiven_NoAllowance() public {
        makeStaker("bob", 10 ether);
        vm.prank(bob);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector,
                address(wrapper),
                0,
                1 ether
            )
        );
        wrapper.deposit(1 ether, bob);
    }

    function test_mint_MintsExactlyTheShares() public {
        vm.expectEmit(address(wrapper));
        emit IERC4626.Deposit(alice, bob, 10 ether, 8 ether);
        vm.prank(alice);
        assertEq(wrapper.mint(8 ether, bob), 10 ether, "assets");
        assertEq(wrapper.balanceOf(bob), 8 ether, "receiver");
        assertEq(ledger.sharesOf(alice), 92 ether, "payer");
        _assertExact();
    }

    function test_mint_RevertWhen_NothingOrTooMuch() public {
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IWrappedStakedEther.AmountTooSmall.selector, 0));
        wrapper.mint(0, alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector,
                alice,
                125 ether,
                125 ether + 1
            )
        );
        wrapper.mint(100 ether + 1, alice);
        wrapper.mint(100 ether, alice);
        vm.stopPrank();
        assertEq(ledger.unitsOf(alice), 0, "all of it");
    }

    function test_receiver_RevertWhen_ItIsTheWrapperOrZero() public {
        address[2] memory wrong = [address(wrapper), address(0)];
        vm.deal(alice, 5 ether);
        vm.startPrank(alice);
        wrapper.deposit(10 ether, alice);
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory refused = abi.encodeWithSelector(
                IERC20Errors.ERC20InvalidReceiver.selector,
                wrong[i]
            );
            vm.expectRevert(refused);
            wrapper.deposit(1 ether, wrong[i]);
            vm.expectRevert(refused);
            wrapper.mint(1 ether, wrong[i]);
            vm.expectRevert(refused);
            wrapper.depositEther{value: 1 ether}(wrong[i], 0, address(0));
            vm.expectRevert(refused);
            wrapper.withdraw(1 ether, wrong[i], alice);
            vm.expectRevert(refused);
            wrapper.redeem(1 ether, wrong[i], alice);
            vm.expectRevert(refused);
            wrapper.transfer(wrong[i], 1 ether);
        }
        // nor does kETH leave for where it would be lost
        vm.expectRevert(abi.encodeWithSelector(IShareLedger.AccountClosed.selector, address(queue)));
        wrapper.withdraw(1 ether, address(queue), alice);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(ledger)));
        wrapper.redeem(1 ether, address(ledger), alice);
        vm.stopPrank();
        _assertExact();
    }

    /* STRAIGHT FROM ETHER */

    function test_depositEther_StakesAndWraps() public {
        vm.deal(bob, 10 ether);
        vm.expectEmit(address(ledger));
        emit IStakedEther.Staked(address(wrapper), address(wrapper), 10 ether, 8 ether, address(7));
        vm.expectEmit(address(wrapper));
        emit IERC20.Transfer(address(0), alice, 8 ether);
        vm.expectEmit(address(wrapper));
        emit IWrappedStakedEther.StakedAndWrapped(bob, alice, 10 ether, 8 ether);
        vm.prank(bob);
        assertEq(wrapper.depositEther{value: 10 ether}(alice, 8 ether, address(7)), 8 ether, "shares");
        assertEq(wrapper.balanceOf(alice), 8 ether, "receiver");
        _assertExact();
    }

    function test_receive_StakesAndWraps() public {
        hoax(bob, 10 ether);
        (bool sent, ) = address(wrapper).call{value: 10 ether}("");
        assertTrue(sent, "sent");
        assertEq(wrapper.balanceOf(bob), 8 ether, "shares");
        _assertExact();
    }

    function test_depositEther_RevertWhen_BelowTheMinimum() public {
        hoax(bob, 10 ether);
        vm.expectRevert(
            abi.encodeWithSelector(IWrappedStakedEther.SharesBelowMinimum.selector, 8 ether, 8 ether + 1)
        );
        wrapper.depositEther{value: 10 ether}(bob, 8 ether + 1, address(0));
    }

    function test_depositEther_RevertWhen_NothingIsStaked() public {
        vm.prank(bob);
        vm.expectRevert(IStakedEther.ZeroStake.selector);
        wrapper.depositEther(bob, 0, address(0));
    }

    /* PERMIT */

    function _permitSignature(uint256 value) private view returns (bytes memory) {
        return
            signature(
                aliceKey,
                permitDigest(alice, address(wrapper), value, ledger.nonces(alice), block.timestamp)
            );
    }

    function test_depositWithPermit_NeedsNoApproval() public {
        vm.prank(alice);
        ledger.approve(address(wrapper), 0);
        bytes memory sig = _permitSignature(10 ether);
        vm.prank(alice);
        assertEq(wrapper.depositWithPermit(10 ether, bob, block.timestamp, sig), 8 ether, "shares");
        assertEq(wrapper.balanceOf(bob), 8 ether, "receiver");
        assertEq(ledger.allowance(alice, address(wrapper)), 0, "used up");
    }

    function test_depositWithPermit_StandsAFrontRunPermit() public {
        vm.prank(alice);
        ledger.approve(address(wrapper), 0);
        bytes memory sig = _permitSignature(10 ether);
        vm.prank(bob);
        ledger.permit(alice, address(wrapper), 10 ether, block.timestamp, sig);
        vm.prank(alice);
        assertEq(wrapper.depositWithPermit(10 ether, alice, block.timestamp, sig), 8 ether, "shares");
    }

    /// @dev A thief who learns of the signature cannot deposit alice's kETH for himself.
    function test_depositWithPermit_RevertWhen_UsedByAnother() public {
        vm.prank(alice);
        ledger.approve(address(wrapper), 0);
        bytes memory sig = _permitSignature(10 ether);
        vm.prank(bob);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector,
                address(wrapper),
                0,
                10 ether
            )
        );
        wrapper.depositWithPermit(10 ether, bob, block.timestamp, sig);
    }

    function test_permit_OfTheWrapper() public {
        bytes32 digest = digestOf(
            "Wrapped Kedge Staked Ether",
            address(wrapper),
            keccak256(abi.encode(PERMIT_TYPEHASH, alice, bob, 5, 0, block.timestamp))
        );
        wrapper.permit(alice, bob, 5, block.timestamp, signature(aliceKey, digest));
        assertEq(wrapper.allowance(alice, bob), 5, "allowance");
        assertEq(wrapper.nonces(alice), 1, "nonce");
        assertEq(ledger.nonces(alice), 0, "nonce of the other token");
    }

    /* OUT */

    function test_withdraw_PaysExactlyTheAssets() public {
        vm.startPrank(alice);
        wrapper.deposit(50 ether, alice);
        vm.expectEmit(address(wrapper));
        emit IERC4626.Withdraw(alice, bob, alice, 10 ether, 8 ether);
        assertEq(wrapper.withdraw(10 ether, bob, alice), 8 ether, "shares");
        vm.stopPrank();
        assertEq(ledger.balanceOf(bob), 10 ether, "receiver");
        assertEq(wrapper.balanceOf(alice), 32 ether, "owner");
        _assertExact();
    }

    function test_redeem_BurnsExactlyTheShares() public {
        vm.startPrank(alice);
        wrapper.deposit(50 ether, alice);
        vm.expectEmit(address(wrapper));
        emit IERC4626.Withdraw(alice, bob, alice, 10 ether, 8 ether);
        assertEq(wrapper.redeem(8 ether, bob, alice), 10 ether, "assets");
        vm.stopPrank();
        assertEq(ledger.sharesOf(bob), 8 ether, "receiver");
        assertEq(wrapper.balanceOf(alice), 32 ether, "owner");
        _assertExact();
    }

    function test_withdraw_SpendsTheAllowanceInShares() public {
        setRate(1.3e18);
        vm.startPrank(alice);
        wrapper.deposit(50 ether, alice);
        wrapper.approve(bob, 8 ether);
        vm.stopPrank();
        vm.startPrank(bob);
        uint256 shares = wrapper.withdraw(5 ether, bob, alice);
        assertEq(wrapper.allowance(alice, bob), 8 ether - shares, "withdraw");
        assertGe(shares * 1.3e18, 5 ether * 1e18, "rounded up");
        wrapper.redeem(2 ether, bob, alice);
        assertEq(wrapper.allowance(alice, bob), 6 ether - shares, "redeem");
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector,
                bob,
                6 ether - shares,
                7 ether
            )
        );
        wrapper.redeem(7 ether, bob, alice);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
        wrapper.withdraw(20 ether, bob, alice);
        vm.stopPrank();
    }

    function test_withdraw_RevertWhen_NothingOrTooMuch() public {
        vm.startPrank(alice);
        wrapper.deposit(10 ether, alice);
        vm.expectRevert(abi.encodeWithSelector(IWrappedStakedEther.AmountTooSmall.selector, 0));
        wrapper.withdraw(0, alice, alice);
        vm.expectRevert(abi.encodeWithSelector(IWrappedStakedEther.AmountTooSmall.selector, 0));
        wrapper.redeem(0, alice, alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector,
                alice,
                8 ether,
                8 ether + 1
            )
        );
        wrapper.withdraw(10 ether + 1, alice, alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector,
                alice,
                8 ether,
                8 ether + 1
            )
        );
        wrapper.redeem(8 ether + 1, alice, alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector,
                alice,
                8 ether,
                type(uint256).max
            )
        );
        wrapper.redeem(type(uint256).max, alice, alice);
        vm.stopPrank();
    }

    /* A TOKEN THAT STANDS STILL */

    function test_transfer_MovesShares() public {
        vm.startPrank(alice);
        wrapper.deposit(50 ether, alice);
        vm.expectEmit(address(wrapper));
        emit IERC20.Transfer(alice, bob, 8 ether);
        wrapper.transfer(bob, 8 ether);
        vm.stopPrank();
        setRate(2e18);
        assertEq(wrapper.balanceOf(bob), 8 ether, "a balance does not rebase");
        assertEq(wrapper.convertToAssets(8 ether), 16 ether, "its value does");
        vm.prank(bob);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector,
                bob,
                8 ether,
                type(uint256).max
            )
        );
        wrapper.transfer(alice, type(uint256).max);
    }

    function test_votes_MoveFromOneTokenToTheOther() public {
        vm.startPrank(alice);
        ledger.delegate(bob);
        wrapper.delegate(bob);
        assertEq(ledger.getVotes(bob), 100 ether, "kETH");
        wrapper.deposit(50 ether, alice);
        assertEq(ledger.getVotes(bob), 60 ether, "kETH");
        assertEq(wrapper.getVotes(bob), 40 ether, "wkETH");
        wrapper.redeem(10 ether, alice, alice);
        vm.stopPrank();
        assertEq(ledger.getVotes(bob) + wrapper.getVotes(bob), 100 ether, "no share counts twice");
        assertEq(ledger.delegates(address(wrapper)), address(0), "the wrapper's shares vote through it only");
    }

    /* LIMITS OF ERC-4626 */

    function test_max_NeverRevertsInAPreview() public {
        uint256[4] memory rates = [uint256(0.3e18), 0.9e18, 1e18, 3e18];
        for (uint256 i = 0; i < 4; ++i) {
            setRate(rates[i]);
            wrapper.previewDeposit(wrapper.maxDeposit(alice));
            assertGt(wrapper.previewMint(wrapper.maxMint(alice)), 0, "the largest mint has a price");
            assertLe(
                wrapper.previewMint(wrapper.maxMint(alice)),
                PoolMath.MAX_ETHER + 1,
                "within the pool's field"
            );
        }
        assertEq(wrapper.maxWithdraw(bob), 0, "nothing to withdraw");
        assertEq(wrapper.maxRedeem(bob), 0, "nothing to redeem");
    }
}
