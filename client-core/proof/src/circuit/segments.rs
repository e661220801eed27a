//! A run put into segments, and segments filled.
//!
//! The order of rows is in the bus alone, so a row may stand in any segment: only the number of rows of each form counts.

use super::{
    Cs, Witness,
    blinds::{Blind, Blinds},
    builder::Tables,
    classes::{CLASSES, Class, Room, exec},
    end::{EndWitness, end, witness::needs},
    form::{Form, PerForm},
    pack,
};
use alloc::{string::String, vec::Vec};
use zera_proof_rows::{Program, Trace};
use zera_proof_verify::inputs::EndInputs;

/// What the verifier is told of a run, as far as the end segment is concerned.
#[derive(Clone, Copy, Debug)]
pub struct Claimed<'a> {
    /// Public inputs of the end segment.
    pub end: EndInputs,
    /// Arguments of the entry, the hidden ones too.
    pub arguments: &'a [u64],
    /// Entries of the host log whose value is hidden.
    pub hidden: &'a [bool],
}

/// Why a run does not become segments.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SegmentsError {
    /// There is no class with room for it.
    #[error("this run needs {0}, and no class has room for that")]
    Room(String),
    /// The trace is not one of the program, or the row machine is broken.
    #[error("the trace does not fit: {0}")]
    Trace(&'static str),
}

/// One segment before it is filled. Filling gives the same values each time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    /// Its class.
    pub class: &'static Class,
    /// Its blinds.
    pub blinds: Blinds,
    /// Steps of the trace by form; none for the end segment.
    pub steps: Option<Steps>,
}

/// Steps of a trace by form.
pub type Steps = PerForm<Vec<u32>>;

/// A run in segments: execution segments, then the end segment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// The segments in order.
    pub segments: Vec<Segment>,
    /// What fills the last one.
    pub end: EndWitness,
}

/// Puts a run into segments. `blind` makes random blinds; `native` allows classes that are too large for a tab.
///
/// # Errors
/// [`SegmentsError`].
pub fn segments(
    program: &Program,
    trace: &Trace,
    claimed: &Claimed<'_>,
    native: bool,
    mut blind: impl FnMut() -> Blind,
) -> Result<Plan, SegmentsError> {
    let steps = pack::steps(program, trace)?;
    let chosen = pack::execution(&steps, native)?;
    let needed = needs(program, trace, claimed);
    let (class, size) = pack::ending(&needed, native)?;
    let end = EndWitness::new(program, trace, claimed, &size)?;
    let mut segments: Vec<Segment> = pack::distribute(steps, &chosen)
        .into_iter()
        .zip(chosen)
        .map(|(steps, class)| Segment { class, blinds: Blinds::default(), steps: Some(steps) })
        .collect();
    segments.push(Segment { class, blinds: Blinds::default(), steps: None });
    // Every segment takes the blind of the one before it, the first that of the last.
    let mut last = blind();
    let first = last;
    let count = segments.len();
    for (index, segment) in segments.iter_mut().enumerate() {
        let made = if index + 1 == count { first } else { blind() };
        segment.blinds = Blinds { taken: last, made };
        last = made;
    }
    Ok(Plan { segments, end })
}

impl Plan {
    /// Fills a segment. The end segment needs the look-ups of all others ([`Cs::tables`] of each, added).
    #[must_use]
    pub fn fill(&self, segment: &Segment, program: &Program, trace: &Trace, used: &Tables) -> Cs {
        let mut cs = Cs::fill();
        match (&segment.class.room, &segment.steps) {
            (Room::End(size), _) => end(&mut cs, size, &self.end, &segment.blinds, used),
            (Room::Exec(room), steps) => {
                let step = |form: Form, index: usize| {
                    let steps = steps.as_ref().and_then(|steps| steps.get(form as usize));
                    let index = steps.and_then(|steps| steps.get(index)).map(|index| *index as usize);
                    let step = index.and_then(|index| trace.steps.get(index));
                    step.map_or_else(Witness::default, |step| Witness::of(program, step))
                };
                exec(&mut cs, room, &segment.blinds, step);
            }
        }
        cs
    }

    /// The classes of all segments, in order.
    pub fn classes(&self) -> impl Iterator<Item = &'static Class> + '_ {
        self.segments.iter().map(|segment| segment.class)
    }
}

/// The class with this number.
#[must_use]
pub fn class(id: u8) -> Option<&'static Class> {
    CLASSES.iter().find(|class| class.id == id)
}
