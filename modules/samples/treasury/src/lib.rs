//! Sample: configuration by vote, one parameter of each kind that enterprises ask for: an access-control list, a fee
//! schedule, a threshold, an oracle endpoint. Officers on the list pay together, as many as the threshold says; a grant
//! that a vote sets is paid once.

#![cfg_attr(target_arch = "wasm32", no_std)]

/// A treasury. Officers pay when as many as the threshold agree; fees, officers, threshold, oracle and a one-time grant are set by vote.
#[zera::module(version = "1.0.0", schema = 1)]
pub mod treasury {
    use zera::prelude::*;

    /// Everything the module keeps.
    #[storage]
    pub struct Treasury {
        officers: Item<Vec<AccountId>>,
        threshold: Item<u32>,
        fees: Item<[Fee; 3]>,
        oracle: Item<String>,
        grant: Item<Option<Grant>>,
        /// Who agreed to a payment.
        approvals: Map<Payment, Vec<AccountId>>,
    }

    /// One step of the fee schedule.
    #[data]
    #[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
    pub struct Fee {
        /// Payments from this many base units on.
        pub from: Amount,
        /// Basis points that stay in the treasury.
        pub bps: u16,
    }

    /// A payment that officers agree on. The note keeps equal ones apart.
    #[data]
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Payment {
        /// To whom.
        pub to: AccountId,
        /// How much, fees included.
        pub amount: Amount,
        /// A number of the officers' own.
        pub note: u32,
    }

    /// ZRA that a vote grants.
    #[data]
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Grant {
        /// To whom.
        pub to: AccountId,
        /// How much.
        pub amount: Amount,
    }

    /// ZRA left the treasury.
    #[event]
    pub struct Paid {
        /// To whom.
        pub to: AccountId,
        /// How much arrived.
        pub amount: Amount,
        /// How much stayed as a fee.
        pub fee: Amount,
    }

    /// Most officers.
    const OFFICERS: usize = 16;
    /// Most basis points of a fee.
    const FEE_BPS: u16 = 1_000;

    impl Treasury {
        /// Opens the treasury with its first officers; each payment needs all of them until a vote says otherwise.
        #[constructor(payable)]
        pub fn new(&mut self, officers: Vec<AccountId>) -> Result<()> {
            check_officers(&officers)?;
            self.threshold.set(&u32::try_from(officers.len()).unwrap_or(u32::MAX));
            self.officers.set(&officers);
            self.fees.set(&Default::default());
            self.oracle.set(&String::new());
            self.grant.set(&None);
            Ok(())
        }

        /// Takes the attached ZRA in.
        #[call(payable)]
        pub fn fund(&mut self) -> Amount {
            self.balance()
        }

        /// Agrees to a payment as an officer, and pays it when enough have agreed. Answers how many are still needed.
        #[call]
        pub fn agree(&mut self, payment: Payment) -> Result<u32> {
            let (me, officers) = (env::caller(), self.officers.get());
            if !officers.contains(&me) {
                return Err("only officers agree to payments");
            }
            let mut agreed = self.approvals.get(&payment).unwrap_or_default();
            if agreed.contains(&me) {
                return Err("you have agreed already");
            }
            agreed.push(me);
            // Who left the list since counts no more.
            let count = agreed.iter().filter(|account| officers.contains(account)).count();
            let needed = self.threshold.get().saturating_sub(u32::try_from(count).unwrap_or(u32::MAX));
            if needed > 0 {
                self.approvals.set(&payment, &agreed);
                return Ok(needed);
            }
            self.approvals.remove(&payment);
            let fee = self.fee(payment.amount);
            pay(payment.to, Amount(payment.amount.0 - fee.0), fee);
            Ok(0)
        }

        /// Pays the grant that a vote set, once. Anyone may ask for it.
        #[call]
        pub fn pay_grant(&mut self) -> Result<Amount> {
            let grant = self.grant.get().ok_or("there is no grant to pay")?;
            self.grant.set(&None);
            pay(grant.to, grant.amount, Amount(0));
            Ok(grant.amount)
        }

        /// What the treasury holds.
        #[query]
        pub fn balance(&self) -> Amount {
            Amount(env::balance(&env::self_id().account()))
        }

        /// The fee on a payment of so much.
        #[query]
        pub fn fee(&self, amount: Amount) -> Amount {
            let steps = self.fees.get();
            let step = steps.iter().rev().find(|step| step.from <= amount);
            Amount(step.map_or(0, |step| amount.0 / 10_000 * u128::from(step.bps)))
        }

        /// Who may agree to payments.
        #[query]
        pub fn get_officers(&self) -> Vec<AccountId> {
            self.officers.get()
        }

        /// Accounts that may agree to payments: 1 to 16, each once, and not fewer than the threshold.
        #[setter(parameter = "officers", getter = "get_officers")]
        pub fn set_officers(&mut self, officers: Vec<AccountId>) -> Result<()> {
            check_officers(&officers)?;
            if officers.len() < self.threshold.get() as usize {
                return Err("fewer officers than the threshold: nothing could be paid");
            }
            self.officers.set(&officers);
            Ok(())
        }

        /// How many officers must agree.
        #[query]
        pub fn get_threshold(&self) -> u32 {
            self.threshold.get()
        }

        /// How many officers must agree to a payment.
        #[setter(parameter = "threshold", getter = "get_threshold", min = 1, max = 16)]
        pub fn set_threshold(&mut self, threshold: u32) -> Result<()> {
            if self.officers.get().len() < threshold as usize {
                return Err("more than there are officers: nothing could be paid");
            }
            self.threshold.set(&threshold);
            Ok(())
        }

        /// The fee schedule.
        #[query]
        pub fn get_fees(&self) -> [Fee; 3] {
            self.fees.get()
        }

        /// Three steps of fees in ascending order; the last one that a payment reaches holds. At most ten percent.
        #[setter(parameter = "fees", getter = "get_fees")]
        pub fn set_fees(&mut self, fees: [Fee; 3]) -> Result<()> {
            let [a, b, c] = &fees;
            if a.from > b.from || b.from > c.from {
                return Err("the steps must ascend");
            }
            if fees.iter().any(|step| step.bps > FEE_BPS) {
                return Err("a fee is at most 1,000 basis points");
            }
            self.fees.set(&fees);
            Ok(())
        }

        /// Where prices come from.
        #[query]
        pub fn get_oracle(&self) -> String {
            self.oracle.get()
        }

        /// Address of the service whose prices officers go by: https, at most 200 bytes.
        #[setter(parameter = "oracle", getter = "get_oracle")]
        pub fn set_oracle(&mut self, oracle: String) -> Result<()> {
            if !oracle.starts_with("https://") || oracle.len() > 200 {
                return Err("an oracle's address begins with https:// and has at most 200 bytes");
            }
            self.oracle.set(&oracle);
            Ok(())
        }

        /// The grant that waits to be paid.
        #[query]
        pub fn get_grant(&self) -> Option<Grant> {
            self.grant.get()
        }

        /// ZRA to be paid once, to whom, or none.
        #[setter(parameter = "grant", getter = "get_grant")]
        pub fn set_grant(&mut self, grant: Option<Grant>) {
            self.grant.set(&grant);
        }
    }

    fn check_officers(officers: &[AccountId]) -> Result<()> {
        let again = |(index, one): (usize, &AccountId)| officers.iter().skip(index + 1).any(|two| two == one);
        if officers.is_empty() || officers.len() > OFFICERS || officers.iter().enumerate().any(again) {
            return Err("there are 1 to 16 officers, each once");
        }
        Ok(())
    }

    fn pay(to: AccountId, amount: Amount, fee: Amount) {
        env::transfer(&to, amount.0);
        env::emit(&Paid { to, amount, fee });
    }
}

#[cfg(test)]
mod tests;
