//! Which segments a run is put into: the cheapest set with room for its rows.

use super::{
    classes::{CLASSES, Class, Room},
    end::EndSize,
    form::{ALL, COUNT, Form, PerForm},
    segments::{SegmentsError, Steps},
};
use alloc::{format, string::String, vec::Vec};
use core::array::from_fn;
use zera_proof_rows::{Program, Trace};
use zera_proof_verify::file::MAX_SEGMENTS;

/// The steps of a trace by the cheapest form that takes each.
///
/// # Errors
/// [`SegmentsError::Trace`] for a step that none takes.
pub fn steps(program: &Program, trace: &Trace) -> Result<Steps, SegmentsError> {
    let mut out: Steps = from_fn(|_| Vec::new());
    for (index, step) in (0_u32..).zip(&trace.steps) {
        let row = program.rows.get(step.row as usize);
        let form = row.and_then(|row| Form::of(row, step));
        let list = form.and_then(|form| out.get_mut(form as usize));
        list.ok_or(SegmentsError::Trace("a step is at a row that is never executed"))?.push(index);
    }
    Ok(out)
}

/// Execution classes with room for the steps: the cheapest of all sets with fewer than eight of a size where the next
/// size is four times as large, at least one.
///
/// # Errors
/// [`SegmentsError::Room`] where a form of row has room in no class, or there would be too many segments.
pub fn execution(steps: &Steps, native: bool) -> Result<Vec<&'static Class>, SegmentsError> {
    let needed: PerForm<u64> = from_fn(|form| steps.get(form).map_or(0, |steps| steps.len() as u64));
    let sizes = sizes(native);
    let least = least(&needed, &sizes)?;
    // Between mixes that all have room for every form, three times the least of each form is enough for all of them.
    for cost in least.max(1)..=least.saturating_mul(3).saturating_add(8) {
        for counts in counts(cost, sizes.len()) {
            if counts.iter().sum::<u64>() < MAX_SEGMENTS as u64
                && let Some(found) = split(&needed, &sizes, &counts)
            {
                return Ok(found);
            }
        }
    }
    let rows: u64 = needed.iter().sum();
    Err(SegmentsError::Room(format!("room for {rows} rows")))
}

/// Execution classes by size, cheapest first; each size costs four times as much as the one before.
fn sizes(native: bool) -> Vec<Vec<(&'static Class, &'static PerForm<u32>)>> {
    let mut sizes: Vec<Vec<(&Class, &PerForm<u32>)>> = Vec::new();
    for class in CLASSES.iter().filter(|class| native || !class.native) {
        let Room::Exec(room) = &class.room else { continue };
        match sizes.last_mut() {
            Some(size) if size.first().is_some_and(|(other, _)| other.log_domain == class.log_domain) => {
                size.push((class, room));
            }
            _ => sizes.push(alloc::vec![(class, room)]),
        }
    }
    sizes
}

/// No set of segments is cheaper, in segments of the cheapest size.
fn least(needed: &PerForm<u64>, sizes: &[Vec<(&'static Class, &'static PerForm<u32>)>]) -> Result<u64, SegmentsError> {
    let mut least = 0;
    for (form, needed) in ALL.into_iter().zip(needed) {
        let mut room = 0;
        for (size, factor) in sizes.iter().zip((0..).map(|size| 4_u64.saturating_pow(size))) {
            for (_, rooms) in size {
                let rooms = rooms.get(form as usize).copied().map_or(0, u64::from);
                room = room.max(rooms.div_ceil(factor));
            }
        }
        let general = form.general().is_some();
        if *needed > 0 && room == 0 && !general {
            return Err(SegmentsError::Room(format!("{needed} rows of kind {form:?}")));
        }
        if !general && room > 0 {
            least = least.max(needed.div_ceil(room));
        }
    }
    Ok(least)
}

/// How many segments of each size cost so much: fewer than eight of each but the largest, large ones first.
fn counts(cost: u64, sizes: usize) -> Vec<Vec<u64>> {
    if sizes <= 1 {
        return alloc::vec![alloc::vec![cost]];
    }
    let small = [cost % 4, cost % 4 + 4].into_iter().filter(|small| *small <= cost);
    let with = |small: u64| {
        counts((cost - small) / 4, sizes - 1).into_iter().map(move |mut rest| {
            rest.insert(0, small);
            rest
        })
    };
    small.flat_map(with).collect()
}

/// Tries all ways to divide each size among its mixes (two of them at most).
fn split(
    needed: &PerForm<u64>,
    sizes: &[Vec<(&'static Class, &'static PerForm<u32>)>],
    numbers: &[u64],
) -> Option<Vec<&'static Class>> {
    let ways: Vec<u64> =
        sizes.iter().zip(numbers).map(|(size, count)| if size.len() > 1 { count + 1 } else { 1 }).collect();
    'way: for mut way in 0..ways.iter().product() {
        let (mut room, mut chosen) = ([0_u64; COUNT], Vec::new());
        for ((size, count), ways) in sizes.iter().zip(numbers).zip(&ways) {
            let second = way % ways;
            way /= ways;
            for ((class, rooms), count) in size.iter().zip([count - second, second]) {
                room.iter_mut().zip(rooms.iter()).for_each(|(sum, rooms)| *sum += u64::from(*rooms) * count);
                chosen.extend((0..count).map(|_| *class));
            }
        }
        let mut left: PerForm<u64> = from_fn(|form| needed.get(form).copied().unwrap_or_default());
        for form in ALL {
            // General forms come behind the special ones that they take rows from.
            let over = left[form as usize].saturating_sub(room[form as usize]);
            match form.general() {
                Some(general) => left[general as usize] += over,
                None if over > 0 => continue 'way,
                None => {}
            }
        }
        return Some(chosen);
    }
    None
}

/// Deals the steps out to the chosen segments.
#[must_use]
pub fn distribute(mut steps: Steps, chosen: &[&'static Class]) -> Vec<Steps> {
    let room = |class: &Class, form: Form| match &class.room {
        Room::Exec(room) => room.get(form as usize).copied().unwrap_or_default() as usize,
        Room::End(_) => 0,
    };
    for form in ALL {
        if let Some(general) = form.general() {
            let all = chosen.iter().map(|class| room(class, form)).sum::<usize>();
            let list = &mut steps[form as usize];
            let over = list.split_off(all.min(list.len()));
            steps[general as usize].extend(over);
        }
    }
    let mut steps = steps.map(Vec::into_iter);
    let deal = |class: &&Class| from_fn(|form| steps[form].by_ref().take(room(class, ALL[form])).collect());
    chosen.iter().map(deal).collect()
}

/// The cheapest end class that has room.
///
/// # Errors
/// [`SegmentsError::Room`], with what is lacking.
pub fn ending(needed: &EndSize, native: bool) -> Result<(&'static Class, EndSize), SegmentsError> {
    let mut lacking = String::from("an end segment");
    let sizes = CLASSES.iter().filter(|class| native || !class.native).filter_map(|class| match class.room {
        Room::End(size) => Some((class, size)),
        Room::Exec(_) => None,
    });
    for (class, size) in sizes {
        let parts = [
            (needed.rows, size.rows, "rows in its program"),
            (needed.registers, size.registers, "registers"),
            (needed.words, size.words, "words of memory"),
            (needed.grown, size.grown, "words of grown memory"),
            (needed.hidden_log, size.hidden_log, "hidden words of the host log"),
        ];
        match parts.into_iter().find(|(needed, room, _)| needed > room) {
            None => return Ok((class, size)),
            Some((needed, room, what)) => lacking = format!("{needed} {what} (at most {room})"),
        }
    }
    Err(SegmentsError::Room(lacking))
}
