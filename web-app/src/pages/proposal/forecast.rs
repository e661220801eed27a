//! The forecast as a table: today, with what the slider assumes, what a date would take, the earliest date under any
//! stake, and what another threshold base would change. By the chain's own arithmetic, live.

use super::Assumed;
use crate::{
    answer,
    client::{live, use_client},
    components::{Field, bare, react, seg, select, slider, table, td_known, td_num},
    known, say, text,
};
use leptos::prelude::*;
use zera_primitives::{Amount, ProposalId, Side, Slot, amount::UNITS_PER_ZRA};
use zera_worker_protocol::{Command, DatesView, ForecastView, ProposalDetail, WhatIf};

/// Distances one can ask for, seconds.
const WITHIN: [u64; 7] = [30, 60, 300, 1_800, 3_600, 86_400, 604_800];

/// When, told apart: above now, in so much time, never.
#[must_use]
pub fn when(now: Slot, slot: Option<Slot>) -> String {
    match slot {
        Some(slot) if slot <= now => say!(NOW_ABOVE).to_owned(),
        Some(slot) => say!(IN_TIME, text::duration(slot.since(now))),
        None => say!(NEVER).to_owned(),
    }
}

fn row(name: String, now: Slot, crosses: Option<Slot>, enacts: Option<Slot>) -> (AnyView, Vec<AnyView>) {
    let (crosses, enacts) = (when(now, crosses), when(now, enacts));
    let evidence = known::forecast(crosses.clone());
    (name.into_any(), vec![td_num(say!(CROSSES), crosses), td_num(say!(ENACTS), enacts), td_known(bare(evidence))])
}

fn said(name: String, words: String) -> (AnyView, Vec<AnyView>) {
    let evidence = known::forecast(words.clone());
    (name.into_any(), vec![td_num(say!(CROSSES), words), td_num(say!(ENACTS), ""), td_known(bare(evidence))])
}

/// The same data as the chart, and more than it can draw.
#[must_use]
pub fn twin(detail: &ProposalDetail, what_if: Option<(Side, Amount, ForecastView)>, by: &Wanted) -> AnyView {
    if !detail.proposal.state.is_open() {
        return ().into_any();
    }
    let forecast = &detail.forecast;
    let now = forecast.now;
    let mut rows = vec![row(say!(AT_TODAYS).to_owned(), now, forecast.crosses, forecast.enacts)];
    if let Some((side, amount, assumed)) = what_if {
        let words = say!(WITH_SIDE, text::zra_short(amount), crate::words::side(side));
        rows.push(row(words, assumed.now, assumed.crosses, assumed.enacts));
    }
    if forecast.crosses.is_none_or(|slot| slot > now) {
        rows.push(said(say!(BY_WITHIN, text::duration(by.within)), by.words()));
    }
    if let Some(more) = forecast.needed {
        rows.push(said(say!(TO_EVER_PASS).to_owned(), say!(NEEDS_MORE, text::zra_short(more))));
    }
    if let Some(moves) = detail.sensitivity {
        let dates = |name: &'static str, dates: DatesView| row(name.to_owned(), now, dates.crosses, dates.enacts);
        rows.push(dates(say!(EARLIEST_ANY), moves.earliest));
        rows.push(dates(say!(BASE_LOWER), moves.lower));
        rows.push(dates(say!(BASE_HIGHER), moves.higher));
    }
    let columns = [(say!(FORECAST), false), (say!(CROSSES), true), (say!(ENACTS), true), ("", false)];
    view! { {table(say!(FORECAST), &columns, rows)}<p class="small dim">{say!(FORECAST_NOTE)}</p> }.into_any()
}

/// The stake that a date would take.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// Seconds from now.
    pub within: u64,
    /// None while it is being worked out; `Some(None)` when no stake would do.
    pub stake: Option<Option<Amount>>,
}

impl Wanted {
    fn words(&self) -> String {
        match self.stake {
            None => say!(WORKING_OUT).to_owned(),
            Some(None) => say!(NO_STAKE_WOULD).to_owned(),
            Some(Some(amount)) if amount.is_zero() => say!(ENOUGH_NOW).to_owned(),
            Some(Some(amount)) => say!(NEEDS_MORE, text::zra_short(amount)),
        }
    }
}

/// The least of `low..=high` for which `holds`, when it holds for `high` and stays true once it is: what to ask next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Search {
    low: u128,
    high: u128,
}

impl Search {
    /// Over whole units `0..=most`.
    #[must_use]
    pub const fn new(most: u128) -> Self {
        Self { low: 0, high: most }
    }

    /// The next question; none when it is found.
    #[must_use]
    pub const fn ask(&self) -> Option<u128> {
        if self.low < self.high { Some(self.low + (self.high - self.low) / 2) } else { None }
    }

    /// Takes an answer, to [`Search::ask`] or to a guess.
    pub fn answer(&mut self, asked: u128, holds: bool) {
        if holds { self.high = self.high.min(asked) } else { self.low = self.low.max(asked.saturating_add(1)) }
    }

    /// What was found.
    #[must_use]
    pub const fn found(&self) -> u128 {
        self.high
    }
}

/// Keeps the stake that crossing `within` would take up to date with every block, by asking the chain's own arithmetic:
/// up to thirty forecasts, one after the other, in the worker. A block that arrives meanwhile does not start it anew: it
/// would never end where blocks are quick. It is asked again when it is done.
#[must_use]
pub fn wanted(id: ProposalId, open: Memo<bool>, within: RwSignal<String>) -> RwSignal<Wanted> {
    let client = use_client();
    let seconds = Memo::new(move |_| within.get().parse::<u64>().unwrap_or(300));
    let found = RwSignal::new(Wanted { within: seconds.get_untracked(), stake: None });
    let newest = StoredValue::new(0u32);
    // Which distance is being asked for, and whether a block has come since.
    let under_way: StoredValue<Option<(u64, bool)>> = StoredValue::new(None);
    Effect::new(move |_| {
        let (beat, within) = (client.beat(), seconds.get());
        if beat == 0 || !open.get() {
            return;
        }
        if under_way.with_value(|way| way.is_some_and(|(same, _)| same == within)) {
            return under_way.set_value(Some((within, true)));
        }
        let mine = newest.with_value(|n| n.wrapping_add(1));
        newest.set_value(mine);
        under_way.set_value(Some((within, false)));
        if found.with_untracked(|found| found.within != within) {
            found.set(Wanted { within, stake: None });
        }
        leptos::task::spawn_local(async move {
            let goes_on = move || newest.try_get_value() == Some(mine);
            loop {
                let stake = least(id, within, found, goes_on).await;
                if !goes_on() {
                    return;
                }
                if let Some(stake) = stake {
                    let new = Wanted { within, stake: Some(stake) };
                    if found.try_with_untracked(|old| *old != new) == Some(true) {
                        found.set(new);
                    }
                }
                let again = under_way.try_get_value().flatten().is_some_and(|(_, again)| again);
                under_way.try_set_value(again.then_some((within, false)));
                if !again {
                    return;
                }
            }
        });
    });
    found
}

/// The least whole ZRA for it, or none when not even the supply would do; none at all when it was overtaken. What was found
/// for the block before narrows the search.
async fn least(
    id: ProposalId,
    within: u64,
    before: RwSignal<Wanted>,
    goes_on: impl Fn() -> bool,
) -> Option<Option<Amount>> {
    let client = use_client();
    let supply = client.status.with_untracked(|status| status.as_ref().map(|status| status.supply))?;
    let most = supply.0 / UNITS_PER_ZRA;
    let in_time = |whole: u128| async move {
        let amount = Amount(whole.saturating_mul(UNITS_PER_ZRA));
        let what_if = (whole > 0).then_some(WhatIf { side: Side::For, amount });
        let forecast = answer!(client.ask(Command::Forecast { proposal: id, what_if }).await, Forecast).ok()?;
        Some(forecast.crosses.is_some_and(|slot| slot.since(forecast.now) <= within))
    };
    let mut search = Search::new(most);
    if let Some(Some(Some(known))) =
        before.try_with_untracked(|wanted| (wanted.within == within).then_some(wanted.stake)).map(Option::flatten)
    {
        let known = known.0 / UNITS_PER_ZRA;
        for near in [known, known.saturating_sub(known / 50 + 1)] {
            let holds = in_time(near).await?;
            search.answer(near, holds);
        }
    } else if !in_time(most).await? {
        return Some(None);
    }
    while let Some(asked) = search.ask() {
        if !goes_on() {
            return None;
        }
        let holds = in_time(asked).await?;
        search.answer(asked, holds);
    }
    let found = search.found();
    // The search takes for granted that the supply would do.
    if found == most && !in_time(most).await? {
        return Some(None);
    }
    Some(Some(Amount(found.saturating_mul(UNITS_PER_ZRA))))
}

/// The slider with its sides, and the date one asks for.
#[must_use]
pub fn controls(assumed: Assumed, available: Memo<Amount>, can_add: Memo<bool>, within: RwSignal<String>) -> AnyView {
    let shown = move || text::zra(assumed.amount(available.get()));
    let ends = ("0".to_owned(), say!(YOU_HAVE).to_owned(), say!(ALL_OF_IT).to_owned());
    let sides = vec![("for".to_owned(), say!(FOR).to_owned()), ("against".to_owned(), say!(AGAINST).to_owned())];
    let dates =
        WITHIN.into_iter().map(|seconds| (seconds.to_string(), say!(WITHIN_TIME, text::duration(seconds)))).collect();
    let what_if = move || {
        let ends = ends.clone();
        can_add.get().then(|| {
            view! {
                {slider(say!(WHAT_IF), shown, ends, assumed.share)}
                {seg("what-if-side", say!(SIDE), sides.clone(), assumed.side)}
            }
            .into_any()
        })
    };
    view! {
        <div class="cols" id="what-if-part">
            {react(move || what_if().into_any())}
            {select(Field::new("within", say!(BY_DATE)), dates, within)}
        </div>
    }
    .into_any()
}

/// The forecast with what the slider assumes; asked again with every block.
#[must_use]
pub fn assumed_forecast(
    id: ProposalId,
    assumed: Assumed,
    available: Memo<Amount>,
    open: Memo<bool>,
) -> RwSignal<crate::client::Answer<Box<ForecastView>>> {
    live(
        move || {
            let what_if = assumed.what_if(available.get())?;
            open.get().then_some(Command::Forecast { proposal: id, what_if: Some(what_if) })
        },
        |result| answer!(result, Forecast),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_that_holds_is_found_in_few_questions() {
        for least in [0u128, 1, 7, 999_999, 1_000_000] {
            let mut search = Search::new(1_000_000);
            let mut asked = 0;
            while let Some(at) = search.ask() {
                search.answer(at, at >= least);
                asked += 1;
            }
            assert_eq!(search.found(), least);
            assert!(asked <= 20, "{asked} questions");
            let mut guessed = Search::new(1_000_000);
            for guess in [least, least.saturating_sub(1)] {
                guessed.answer(guess, guess >= least);
            }
            assert_eq!((guessed.ask(), guessed.found()), (None, least), "two guesses suffice");
        }
    }

    #[test]
    fn never_is_told_apart_from_now() {
        let now = Slot(100);
        assert_eq!(when(now, None), say!(NEVER));
        assert_eq!(when(now, Some(Slot(90))), say!(NOW_ABOVE));
        assert_eq!(when(now, Some(Slot(100))), say!(NOW_ABOVE));
        assert_ne!(when(now, Some(Slot(101))), say!(NOW_ABOVE));
    }
}
