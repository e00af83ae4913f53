// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakedEther} from "../../contracts/interfaces/IStakedEther.sol";
import {WithdrawalQueue} from "../../contracts/withdrawals/WithdrawalQueue.sol";

/// @notice A contract that owns tickets and answers ether in every bad way.
contract Claimer__Mock {
    enum Mode {
        Accept,
        Refuse,
        RefuseWithBomb,
        ReturnBomb,
        BurnGas,
        ClaimAgain,
        ClaimOther,
        Request,
        TransferSame,
        TransferOther
    }

    error Refused();

    WithdrawalQueue private immutable queue;
    IStakedEther private immutable ledger;
    Mode public mode;
    uint256 public ticketId;
    uint256 public otherId;
    bool public entered;
    bool public done;
    bytes public reason;
    uint256 public requested;

    constructor(WithdrawalQueue queue_, IStakedEther ledger_) payable {
        queue = queue_;
        ledger = ledger_;
        ledger_.approve(address(queue_), type(uint256).max);
        if (msg.value > 0) ledger_.stake{value: msg.value}(address(0));
    }

    function set(Mode mode_, uint256 ticketId_, uint256 otherId_) external {
        (mode, ticketId, otherId) = (mode_, ticketId_, otherId_);
        entered = false;
        done = false;
        reason = "";
    }

    function request(uint256 amount) external returns (uint256) {
        return queue.request(amount, address(this));
    }

    function claim(uint256 id) external returns (uint256) {
        return queue.claim(id);
    }

    function onERC721Received(address, address, uint256, bytes calldata) external pure returns (bytes4) {
        return this.onERC721Received.selector;
    }

    receive() external payable {
        if (entered) return;
        entered = true;
        if (mode == Mode.Refuse) revert Refused();
        if (mode == Mode.RefuseWithBomb) {
            assembly {
                revert(0, 1000000)
            }
        }
        if (mode == Mode.ReturnBomb) {
            assembly {
                return(0, 1000000)
            }
        }
        if (mode == Mode.BurnGas) {
            uint256 x = 1;
            while (x != 0) x = uint256(keccak256(abi.encode(x)));
        }
        if (mode == Mode.ClaimAgain) {
            try queue.claim(ticketId) {
                done = true;
            } catch (bytes memory why) {
                reason = why;
            }
        }
        if (mode == Mode.ClaimOther) {
            queue.claim(otherId);
            done = true;
        }
        if (mode == Mode.Request) {
            requested = queue.request(1 ether, address(this));
            done = true;
        }
        if (mode == Mode.TransferSame) {
            try queue.transferFrom(address(this), address(1), ticketId) {
                done = true;
            } catch (bytes memory why) {
                reason = why;
            }
        }
        if (mode == Mode.TransferOther) {
            queue.transferFrom(address(this), address(1), otherId);
            done = true;
        }
    }
}
