//! The crew alone: tasks come back or are lost, each exactly once, whatever the workers do.

use super::yard::{Role, Trouble, Yard};
use crate::{
    node::tests::now,
    pool::{
        crew::{Crew, Outcome},
        wire::{FromPipeline, Task, message, read},
        workers::Workers as _,
    },
};
use std::{collections::BTreeSet, rc::Rc};
use zera_worker_protocol::{IncidentKind, PipelineState};

fn echo() -> Role {
    Box::new(|bytes| {
        let (task, body) = read::<Task>(bytes).unwrap();
        message(&FromPipeline::Done { number: task.number, report: Vec::new() }, body)
    })
}

fn task(number: u64) -> Vec<u8> {
    message(&Task { number, tuning: None, breaks: None }, &[7; 9])
}

fn crew(seed: u64, trouble: Trouble, count: u8) -> (Crew<Rc<Yard>>, Rc<Yard>) {
    let yard = Yard::new(seed, trouble, echo);
    let crew = Crew::new(Rc::clone(&yard));
    crew.resize(count);
    (crew, yard)
}

/// Waits until a pipeline is idle.
fn idle(crew: &Crew<Rc<Yard>>) -> Option<usize> {
    while crew.idle().is_empty() {
        assert!(now(crew.next()).is_none(), "nobody had work");
        if !crew.any() {
            return None;
        }
    }
    crew.idle().first().copied()
}

#[test]
fn whatever_happens_every_task_is_answered_or_lost_once_and_broken_pipelines_come_back() {
    let (mut answered, mut lost) = (0usize, 0usize);
    for seed in 0..300 {
        let before = lost;
        let trouble =
            Trouble { dies: 10, hangs: 10, babbles: 10, ends_idle: 10, never_starts: 5, ..Trouble::default() };
        let (crew, yard) = crew(seed, trouble, 3);
        let mut given = BTreeSet::new();
        for _ in 0..40 {
            // Time passes: workers start, or not.
            let until = yard.micros() + 40_000;
            while yard.micros() < until {
                now(crew.turn(until));
            }
            for pipeline in crew.idle() {
                let number = crew.next_task();
                if crew.give(pipeline, number, task(number), 50_000) {
                    given.insert(number);
                }
            }
            while !given.is_empty() {
                match now(crew.next()) {
                    Some(Outcome::Answered(answer)) => {
                        assert!(given.remove(&answer.number));
                        assert_eq!(answer.bytes[answer.body..], [7; 9]);
                        answered += 1;
                    }
                    Some(Outcome::Lost { number }) => {
                        assert!(given.remove(&number));
                        lost += 1;
                    }
                    None => panic!("work is under way"),
                }
            }
        }
        assert!(yard.alive() <= 3);
        assert!(crew.incidents.all().len() >= (lost - before).min(64));
    }
    // Of a seed nothing is said: its pipelines may all be down after a while.
    assert!(answered > 6_000 && lost > 2_000, "{answered} answered, {lost} lost");
}

#[test]
fn each_trouble_has_its_name() {
    let cases = [
        (Trouble { dies: 100, ..Trouble::default() }, vec![IncidentKind::Trapped, IncidentKind::OutOfMemory]),
        (Trouble { hangs: 100, ..Trouble::default() }, vec![IncidentKind::Hung]),
        (Trouble { babbles: 100, ..Trouble::default() }, vec![IncidentKind::Garbled]),
    ];
    for (trouble, kinds) in cases {
        for seed in 0..20 {
            let (crew, _yard) = crew(seed, trouble, 1);
            let pipeline = idle(&crew).unwrap();
            let number = crew.next_task();
            assert!(crew.give(pipeline, number, task(number), 50_000));
            assert!(matches!(now(crew.next()), Some(Outcome::Lost { number: lost }) if lost == number));
            let incident = crew.incidents.news().remove(0);
            assert!(kinds.contains(&incident.kind) && incident.redone, "{incident:?}");
            assert!(crew.incidents.news().is_empty() && crew.incidents.all().len() == 1);
            assert_eq!(idle(&crew), Some(0));
        }
    }
}

#[test]
fn workers_that_never_start_leave_a_pipeline_down_and_nobody_waits_for_ever() {
    for trouble in [Trouble { never_starts: 100, ..Trouble::default() }, Trouble { refuses: 100, ..Trouble::default() }]
    {
        let (crew, yard) = crew(1, trouble, 2);
        assert_eq!(idle(&crew), None);
        assert!(now(crew.next()).is_none());
        assert!(crew.each(|(_, pipeline)| pipeline.state).iter().all(|state| *state == PipelineState::Down));
        assert_eq!(yard.alive(), 0);
    }
}

#[test]
fn an_answer_that_nobody_waits_for_only_frees_its_pipeline() {
    let (crew, yard) = crew(3, Trouble::default(), 1);
    let pipeline = idle(&crew).unwrap();
    let number = crew.next_task();
    assert!(crew.give(pipeline, number, task(number), 50_000));
    assert!(crew.idle().is_empty());
    // Whoever gave the task has gone; time passes.
    now(crate::pool::workers::Workers::next(&yard, 0));
    while crew.idle().is_empty() {
        now(crew.next());
    }
    assert_eq!(crew.each(|(_, pipeline)| pipeline.jobs), [1]);
}

#[test]
fn the_number_of_pipelines_follows_the_wish() {
    let (crew, yard) = crew(5, Trouble::default(), 3);
    assert_eq!(yard.alive(), 3);
    crew.resize(1);
    assert_eq!(yard.alive(), 1);
    assert_eq!(idle(&crew), Some(0));
    crew.resize(200);
    assert_eq!(yard.alive(), usize::from(crate::pool::MOST));
    crew.resize(0);
    assert_eq!((yard.alive(), idle(&crew)), (0, None));
}
