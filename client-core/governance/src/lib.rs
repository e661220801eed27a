//! Governance (design §6): stake, conviction in exact integers, the threshold base, proposals and what each block does
//! with them. Pure maths in [`alpha`], [`decay`], [`curve`], [`base`], [`standing`] and [`forecast`]; state in the rest.
//!
//! The runtime calls, per block: [`tick()`] first, enacts what is due ([`conclude`], [`begin_migration`],
//! [`close_as_spam`]), rehearses what is to be locked in ([`lock_in`]), runs the transactions ([`stake()`], [`unstake`],
//! [`propose`], [`allocate`], [`withdraw`], [`delegate`], [`allocate_delegated`], [`raise_class`]), and gives the sum of
//! the returned [`BaseDelta`]s to [`apply_base`] last.

#![cfg_attr(not(test), no_std)]
extern crate alloc;

pub mod allocation;
pub mod base;
pub mod calendar;
pub mod delegation;
pub mod detector;
pub mod epoch;
pub mod error;
pub mod forecast;
mod past;
pub mod proposal;
pub mod queries;
pub mod records;
pub mod sensitivity;
pub mod stake;
pub mod standing;
pub mod store;
pub mod tick;

pub use zera_conviction::{alpha, curve, decay, wide};

pub use allocation::{allocate, available};
pub use base::BaseDelta;
pub use delegation::{allocate_delegated, delegate};
pub use epoch::{apply_params, genesis, params};
pub use error::GovError;
pub use forecast::{ChartPoint, Forecast, Outlook, Situation};
pub use proposal::{close_as_spam, deposit_needed, propose, raise_class, withdraw};
pub use records::{
    Ctx, Delegation, DelegationEnd, Delegator, Deposit, GovEvent, Lock, Mandate, Proposal, Proposed, Tick,
};
pub use stake::{stake, unstake};
pub use tick::{apply_base, begin_migration, conclude, is_due, lock_in, rolled_back, tick};
