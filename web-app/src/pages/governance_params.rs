//! Governance parameters for people: each with its unit, value, floor and ceiling, and a way to set it. Bounds come from
//! the chain's own rule.

use crate::{say, text};
use zera_primitives::{Amount, Class, Params};

/// Parameters in all: scalars, and three per class.
pub const COUNT: usize = 15 + 3 * Class::ALL.len();

/// What a number of a parameter means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Slots, one second each on this chain.
    Slots,
    /// Parts per million, shown as per cent.
    Ppm,
    /// Thousandths of the half-life.
    Milli,
    /// ZRA base units.
    Zra,
    /// A plain number.
    Number,
}

/// One parameter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Name, with the class where there is one value per class.
    pub label: String,
    /// Its unit.
    pub unit: Unit,
    /// In force.
    pub now: u128,
    /// Proposed.
    pub proposed: u128,
    /// Least allowed.
    pub floor: u128,
    /// Greatest allowed.
    pub ceiling: u128,
}

const SCALARS: [Unit; 15] = [
    Unit::Slots,
    Unit::Ppm,
    Unit::Zra,
    Unit::Zra,
    Unit::Milli,
    Unit::Milli,
    Unit::Ppm,
    Unit::Zra,
    Unit::Number,
    Unit::Number,
    Unit::Ppm,
    Unit::Number,
    Unit::Number,
    Unit::Slots,
    Unit::Number,
];
const OF_CLASS: [Unit; 3] = [Unit::Ppm, Unit::Milli, Unit::Milli];

/// All of them, in a fixed order: scalars, then threshold, confirmation and timelock of each class.
#[must_use]
pub fn rows(now: &Params, proposed: &Params) -> Vec<Row> {
    let scalars = now.scalars().into_iter().zip(proposed.scalars()).zip(SCALARS).map(|((now, proposed), unit)| {
        let (name, now, floor, ceiling) = now;
        Row { label: name.to_owned(), unit, now, proposed: proposed.1, floor, ceiling }
    });
    let classes = Class::ALL.into_iter().flat_map(|class| {
        now.of_class(class).into_iter().zip(proposed.of_class(class)).zip(OF_CLASS).map(
            move |((now, proposed), unit)| {
                let (name, now, floor, ceiling) = now;
                let label = say!(PARAM_OF_CLASS, name, crate::words::class(class));
                Row { label, unit, now, proposed: proposed.1, floor, ceiling }
            },
        )
    });
    scalars.chain(classes).collect()
}

/// Sets parameter `index` of [`rows`]; a value that its type cannot hold, or no such index, changes nothing.
pub fn set(params: &mut Params, index: usize, value: u128) {
    let (small, long) = (u32::try_from(value), u64::try_from(value));
    let scalar: Option<&mut u32> = match index {
        1 => Some(&mut params.base_floor_ppm),
        4 => Some(&mut params.unstake_delay_milli),
        5 => Some(&mut params.freeze_milli),
        6 => Some(&mut params.major_value_ppm),
        10 => Some(&mut params.burn_ppm),
        14 => Some(&mut params.builder_mismatches),
        15.. => {
            let (class, which) = ((index - 15) / 3, (index - 15) % 3);
            let values = match which {
                0 => &mut params.threshold_ppm,
                1 => &mut params.confirmation_milli,
                _ => &mut params.timelock_milli,
            };
            values.get_mut(class)
        }
        _ => None,
    };
    if let (Some(place), Ok(value)) = (scalar, small) {
        *place = value;
        return;
    }
    let amount: Option<&mut Amount> = match index {
        2 => Some(&mut params.proposal_deposit),
        3 => Some(&mut params.least_allocation),
        7 => Some(&mut params.storage_deposit_per_byte),
        _ => None,
    };
    if let Some(place) = amount {
        *place = Amount(value);
        return;
    }
    let number: Option<&mut u64> = match index {
        0 => Some(&mut params.half_life),
        8 => Some(&mut params.fee_per_gas),
        9 => Some(&mut params.fee_per_byte),
        11 => Some(&mut params.gas_per_hinted_key),
        12 => Some(&mut params.migration_gas),
        13 => Some(&mut params.trusting_slots),
        _ => None,
    };
    if let (Some(place), Ok(value)) = (number, long) {
        *place = value;
    }
}

/// A value in its unit.
#[must_use]
pub fn words(unit: &Unit, value: u128) -> String {
    match unit {
        Unit::Slots => say!(PARAM_SLOTS, text::thousands(value)),
        Unit::Ppm => format!("{}\u{a0}%", text::percent_ppm(u32::try_from(value).unwrap_or(u32::MAX))),
        Unit::Milli => say!(PARAM_OF_T, thousandths(value)),
        Unit::Zra => text::zra(Amount(value)),
        Unit::Number => text::thousands(value),
    }
}

/// `1,500` thousandths → `1.5`.
fn thousandths(value: u128) -> String {
    let (whole, rest) = (value / 1_000, value % 1_000);
    if rest == 0 { text::thousands(whole) } else { format!("{whole}.{rest:03}").trim_end_matches('0').to_owned() }
}

/// A value as it is typed into a field: per cent, half-lives, ZRA, or plain digits.
#[must_use]
pub fn typed(unit: Unit, value: u128) -> String {
    match unit {
        Unit::Ppm => text::percent_ppm(u32::try_from(value).unwrap_or(u32::MAX)),
        Unit::Milli => thousandths(value).replace(',', ""),
        Unit::Zra => Amount(value).to_string(),
        Unit::Slots | Unit::Number => text::thousands(value),
    }
}

/// Reads what [`typed`] writes; none for anything else.
#[must_use]
pub fn parse(unit: Unit, text: &str) -> Option<u128> {
    let decimals = match unit {
        Unit::Ppm => 4,
        Unit::Milli => 3,
        Unit::Zra => return text.parse::<Amount>().ok().map(|amount| amount.0),
        Unit::Slots | Unit::Number => 0,
    };
    let plain: String = text.trim().chars().filter(|c| *c != ',').collect();
    let (whole, rest) = plain.split_once('.').unwrap_or((&plain, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(rest) || rest.len() > decimals {
        return None;
    }
    format!("{whole}{rest:0<decimals$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_can_be_set_and_read_back_alone() {
        let demo = Params::demo();
        let rows = rows(&demo, &demo);
        assert_eq!(rows.len(), COUNT);
        for (index, row) in rows.iter().enumerate() {
            let mut changed = demo.clone();
            let value = if row.now == row.ceiling { row.floor } else { row.ceiling };
            set(&mut changed, index, value);
            let after = super::rows(&demo, &changed);
            for (other, row) in after.iter().enumerate() {
                assert_eq!(row.proposed != row.now, other == index, "{} by {index}", row.label);
            }
            assert_eq!(after.get(index).map(|row| row.proposed), Some(value));
            assert_eq!(parse(row.unit, &typed(row.unit, value)), Some(value), "{}", row.label);
        }
    }

    #[test]
    fn units_read_as_people_write_them() {
        assert_eq!(words(&Unit::Ppm, 125_000), "12.5\u{a0}%");
        assert_eq!(words(&Unit::Milli, 1_500), say!(PARAM_OF_T, "1.5"));
        assert_eq!((parse(Unit::Ppm, "12.5"), parse(Unit::Milli, "0.25")), (Some(125_000), Some(250)));
        assert_eq!(
            (parse(Unit::Number, "1.5"), parse(Unit::Ppm, ""), parse(Unit::Milli, "1.2345")),
            (None, None, None)
        );
    }
}
