// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Harbour} from "./Harbour.sol";

/// @title Council Vault
/// @notice Its holders decide by vote what is done with the money: a proposal that a majority of the votes cast has agreed to is
/// carried out in parts, after a delay in which it can be vetoed.
contract CouncilVault is Harbour {
    using SafeERC20 for IERC20;

    /// @notice Votes that a proposal needs, and seconds from its acceptance until it may be carried out.
    uint256 public constant QUORUM = 4_000_000e18;
    uint256 public constant DELAY = 300;

    struct Proposal {
        address proposer;
        address to;
        uint256 amount;
        uint256 votes;
        uint256 paid;
        uint64 accepted; // when the quorum was reached
        bool vetoed;
    }

    /// @notice Who votes: one unit of this token, one vote.
    IERC20 public immutable votes;

    Proposal[] public proposals;
    mapping(uint256 id => mapping(address voter => bool)) public voted;

    event Proposed(uint256 indexed id, address indexed proposer, address to, uint256 amount);
    event Voted(uint256 indexed id, address indexed voter, uint256 votes);
    event Accepted(uint256 indexed id, uint256 carriedOutFrom);
    event Vetoed(uint256 indexed id);
    event Paid(uint256 indexed id, address indexed to, uint256 assets);

    error AlreadyVoted(uint256 id, address voter);
    error NotYet(uint256 id);
    error WasVetoed(uint256 id);
    error MoreThanAgreed(uint256 id);

    constructor(IERC20 asset_, address admin, IERC20 votes_) Harbour(asset_, admin) {
        votes = votes_;
    }

    function count() external view returns (uint256) {
        return proposals.length;
    }

    /// @notice Proposes to pay `amount` to `to`.
    function propose(address to, uint256 amount) external returns (uint256 id) {
        id = proposals.length;
        proposals.push(Proposal(msg.sender, to, amount, 0, 0, 0, false));
        emit Proposed(id, msg.sender, to, amount);
    }

    /// @notice Votes for a proposal with what the caller holds.
    function vote(uint256 id) external {
        if (voted[id][msg.sender]) revert AlreadyVoted(id, msg.sender);
        voted[id][msg.sender] = true;
        Proposal storage p = proposals[id];
        uint256 weight = votes.balanceOf(msg.sender);
        p.votes += weight;
        emit Voted(id, msg.sender, weight);
        if (p.votes >= QUORUM && p.accepted == 0) {
            p.accepted = uint64(block.timestamp);
            emit Accepted(id, block.timestamp + DELAY);
        }
    }

    /// @notice Pays a part of what was agreed.
    function carryOut(uint256 id, uint256 assets) external whenNotPaused {
        Proposal storage p = proposals[id];
        if (p.vetoed) revert WasVetoed(id);
        if (p.accepted == 0 || block.timestamp < p.accepted + DELAY) revert NotYet(id);
        p.paid += assets;
        if (p.paid > p.amount) revert MoreThanAgreed(id);
        emit Paid(id, p.to, assets);
        asset.safeTransfer(p.to, assets);
    }

    /// @notice Stops a proposal for good.
    function veto(uint256 id) external onlyRole(PAUSER_ROLE) {
        proposals[id].vetoed = true;
        emit Vetoed(id);
    }
}
