// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IExitController} from "../interfaces/IExitController.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {BundledRequest, emptyBundle, RequestBundle, REQUESTS_PER_BUNDLE} from "../types/RequestBundle.sol";

/// @title ComingEther
/// @notice Mixin: ether that was asked of the beacon chain and has not come. Requests stand in two queues, in the
/// order in which they were made: those that were sent, all for as many epochs, and those of validators that were
/// proven to exit. The first to be over are at the head, nearly so in the second queue. TRUST: none. INVARIANTS:
/// EXIT-2: the total is the sum of the requests that stand, one for each validator at most. ASSUMPTIONS: none.
abstract contract ComingEther is IExitController {
    /// @dev Amounts are counted in 1/32 ETH, so that 2,048 ETH nearly fit 16 bits.
    uint256 internal constant UNIT = 1 ether / 32;
    uint256 private constant GWEI_PER_UNIT = 1e9 / 32;
    /// @notice Most bundles of four requests that a call takes from each queue as over.
    uint256 public constant MAX_EXPIRED = 8;

    /// @dev Of each queue the first bundle that stands, and the one behind the last.
    // one slot: 8 + 4 + 4 + 4 + 4 + 4 + 4 = 32
    struct Book {
        uint64 units;
        uint32 sentHead;
        uint32 sentTail;
        uint32 provenHead;
        uint32 provenTail;
        uint32 notedAt;
        uint32 seenAt;
    }

    /* IMMUTABLES */

    /// @notice What is known of our validators.
    IValidatorRegistry public immutable validatorRegistry;

    /* STORAGE */

    Book internal _book;
    /// @dev Bundles that are over stay as they are until others take their place: to write over costs less than to write.
    mapping(bool proven => mapping(uint256 position => RequestBundle)) private _bundles;
    /// @dev A bit for each validator.
    mapping(uint256 word => uint256) private _live;
    /// @dev What operators have coming that counts against their stake above the cap, in units.
    mapping(uint256 operatorId => uint256) internal _aboveCapUnits;

    /* CONSTRUCTOR */

    constructor(IValidatorRegistry validators) {
        validatorRegistry = validators;
    }

    /* VIEWS */

    /// @inheritdoc IExitController
    function coming() external view returns (uint256) {
        return _book.units * UNIT;
    }

    /// @inheritdoc IExitController
    function isLive(uint256 validatorIndex) public view returns (bool) {
        return (_live[validatorIndex >> 8] >> (validatorIndex & 0xff)) & 1 == 1;
    }

    /// @inheritdoc IExitController
    function aboveCapOf(uint256 operatorId) external view returns (uint256) {
        return _aboveCapUnits[operatorId] * UNIT;
    }

    /// @inheritdoc IExitController
    function requestAt(
        Place calldata p
    ) external view returns (BundledRequest memory request, uint256 lastEpoch) {
        return _standing(_book, p);
    }

    /* INTERNAL */

    function _epoch() internal view virtual returns (uint256);

    /// @dev The request at a place, which must be there.
    function _standing(
        Book memory b,
        Place calldata p
    ) internal view returns (BundledRequest memory r, uint256 lastEpoch) {
        bool stands = p.proven
            ? p.position >= b.provenHead && p.position < b.provenTail
            : p.position >= b.sentHead && p.position < b.sentTail;
        RequestBundle bundle = _bundles[p.proven][p.position];
        if (stands && p.place < REQUESTS_PER_BUNDLE) r = bundle.requestAt(p.place);
        require(r.units > 0, NoRequestThere(p));
        lastEpoch = bundle.lastEpoch();
    }

    /// @dev The book, after what is over was taken off.
    function _openBook() internal returns (Book memory b) {
        b = _book;
        uint256 epoch = _epoch();
        b.sentHead = _expire(b, false, b.sentHead, b.sentTail, epoch);
        b.provenHead = _expire(b, true, b.provenHead, b.provenTail, epoch);
        // an empty queue begins anew, where slots were written before
        if (b.sentHead == b.sentTail) (b.sentHead, b.sentTail) = (0, 0);
        if (b.provenHead == b.provenTail) (b.provenHead, b.provenTail) = (0, 0);
    }

    /// @dev Marks the validator as having a request, which is added then.
    function _claim(uint256 validatorIndex) internal {
        uint256 word = _live[validatorIndex >> 8];
        uint256 bit = 1 << (validatorIndex & 0xff);
        require(word & bit == 0, RequestLive(validatorIndex));
        _live[validatorIndex >> 8] = word | bit;
    }

    /// @dev A request for `amountGwei`, rounded down and cut to what fits.
    function _requestOf(
        uint256 validatorIndex,
        uint256 amountGwei,
        bool aboveCap
    ) internal pure returns (BundledRequest memory) {
        uint256 units = amountGwei / GWEI_PER_UNIT;
        if (units > type(uint16).max) units = type(uint16).max;
        return BundledRequest(uint40(validatorIndex), uint16(units), aboveCap);
    }

    /// @dev Adds requests of claimed validators behind the last. Returns the position of the first bundle.
    function _append(
        Book memory b,
        bool proven,
        uint256 epoch,
        BundledRequest[] memory requests
    ) internal returns (uint256 first) {
        first = proven ? b.provenTail : b.sentTail;
        uint256 tail = first;
        for (uint256 i = 0; i < requests.length; ++tail) {
            RequestBundle bundle = emptyBundle(epoch);
            for (uint256 place = 0; place < REQUESTS_PER_BUNDLE && i < requests.length; ++place) {
                b.units += requests[i].units;
                bundle = bundle.with(place, requests[i++]);
            }
            _bundles[proven][tail] = bundle;
        }
        // four billion bundles before the queue is ever empty
        if (proven) b.provenTail = uint32(tail);
        else b.sentTail = uint32(tail);
    }

    /// @dev Takes a request that stands out of its queue.
    function _remove(Book memory b, Place calldata p, BundledRequest memory r) internal {
        _bundles[p.proven][p.position] = _bundles[p.proven][p.position].without(p.place);
        _end(b, r);
    }

    function _expire(
        Book memory b,
        bool proven,
        uint256 head,
        uint256 tail,
        uint256 epoch
    ) private returns (uint32) {
        uint256 end = tail - head > MAX_EXPIRED ? head + MAX_EXPIRED : tail;
        for (; head < end; ++head) {
            RequestBundle bundle = _bundles[proven][head];
            if (bundle.isEmpty()) continue;
            if (bundle.lastEpoch() >= epoch) break;
            for (uint256 place = 0; place < REQUESTS_PER_BUNDLE; ++place) {
                BundledRequest memory r = bundle.requestAt(place);
                if (r.units > 0) _end(b, r);
            }
        }
        // at most `tail`
        return uint32(head);
    }

    function _end(Book memory b, BundledRequest memory r) private {
        b.units -= r.units;
        _live[r.validatorIndex >> 8] &= ~(1 << (r.validatorIndex & 0xff));
        if (r.aboveCap) {
            _aboveCapUnits[validatorRegistry.validator(r.validatorIndex).operatorId] -= r.units;
        }
    }
}
