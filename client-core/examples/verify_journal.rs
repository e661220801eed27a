//! Checks a journal file without a chain and without a network, and prints what it says; `cargo xtask verify-journal`
//! runs it. Arguments: the file, and the genesis hash if one is to be compared.

use std::process::ExitCode;
use zera_client::{
    journal::{self, Checked, FILE_BYTES},
    primitives::{AccountId, Address, Executable, ModuleId, Network},
    registry::{Deed, journal::Entry},
};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [file] => run(file, None),
        [file, genesis] => run(file, Some(genesis)),
        _ => wrong("usage: verify_journal FILE [GENESIS HASH]"),
    }
}

fn run(file: &str, genesis: Option<&str>) -> ExitCode {
    let long = std::fs::metadata(file).is_ok_and(|file| file.len() > FILE_BYTES as u64);
    let bytes = match std::fs::read(file) {
        _ if long => return wrong(&format!("{file}: longer than a journal file may be")),
        Ok(bytes) => bytes,
        Err(error) => return wrong(&format!("{file}: {error}")),
    };
    let checked = match journal::check(&bytes) {
        Ok(checked) => checked,
        Err(error) => return wrong(&format!("{file}: {error}")),
    };
    print(&checked);
    let known = genesis.map(str::to_ascii_lowercase);
    match known {
        Some(known) if known != checked.genesis.to_hex() => {
            wrong(&format!("it is the journal of another chain than {known}"))
        }
        Some(_) => {
            println!("VERIFIED for the chain that you named");
            ExitCode::SUCCESS
        }
        None => {
            println!("VERIFIED for the chain named above; compare that hash with one you have from elsewhere");
            ExitCode::SUCCESS
        }
    }
}

fn wrong(detail: &str) -> ExitCode {
    eprintln!("WRONG: {detail}");
    ExitCode::FAILURE
}

fn print(checked: &Checked) {
    println!("chain    {}", checked.genesis);
    println!("block    {} at slot {}, {}", checked.height, checked.slot, checked.block);
    println!("signers  {}, of whom {} were needed", checked.signers, checked.needed);
    println!("entries  {}, hashed one after the other to {}", checked.entries.len(), checked.chain);
    for entry in &checked.entries {
        println!("{}", line(entry, checked.network));
    }
}

fn line(entry: &Entry, network: Network) -> String {
    let module = |id: &ModuleId| Address::Module(*id).to_text(network);
    let about = entry.module.as_ref().map_or_else(String::new, |id| format!(" {}", module(id)));
    let vote = entry.vote.map_or_else(String::new, |vote| {
        format!(
            "; proposal {} as {:?}, {} for and {} against of base {}",
            vote.proposal, vote.class, vote.y_for, vote.y_against, vote.base
        )
    });
    let (height, slot) = (entry.at.height, entry.at.slot);
    format!("{:>6}  block {height} slot {slot}:{about} {}{vote}", entry.index, deed(&entry.deed, network))
}

fn deed(deed: &Deed, network: Network) -> String {
    let account = |id: &AccountId| Address::Account(*id).to_text(network);
    let runs = |executable: &Executable| match executable {
        Executable::Code(code) => format!("code {code}"),
        Executable::ExternalRef(reference) => {
            let manager = Address::Module(reference.manager).to_text(network);
            let pin = reference.pin.map_or_else(String::new, |pin| format!(", pinned to {pin}"));
            format!("tag {:?} of {manager}{pin}", reference.tag)
        }
    };
    match deed {
        Deed::Deployed { deployer, executable, code } => {
            format!("deployed by {} with {}, which is {code}", account(deployer), runs(executable))
        }
        Deed::Upgraded { sequence, old_code, new_code, schema, generation, migrated, builders } => {
            let migrated =
                migrated.map_or_else(|| "nothing migrated".into(), |count| format!("{count} entries migrated"));
            format!(
                "upgraded to version {sequence}, schema {schema}, generation {generation}: {old_code} to {new_code}, \
                 {migrated}, {} builders agree and {} differ",
                builders.agree, builders.differ
            )
        }
        Deed::RolledBack { sequence, to, old_code, new_code, generation, data } => {
            let data = if *data { "with its data" } else { "code only" };
            format!(
                "rolled back to version {to} {data} as version {sequence}, generation {generation}: {old_code} to {new_code}"
            )
        }
        Deed::MigrationBegun { generation, code } => format!("migration to generation {generation} begun by {code}"),
        Deed::Aborted { reason, code } => {
            let code = code.map_or_else(String::new, |code| format!(", code {code}"));
            format!("enactment aborted: {reason:?}{code}")
        }
        Deed::Frozen { until } => format!("frozen until slot {until}"),
        Deed::Unfrozen => "unfrozen".into(),
        Deed::Configured { parameter, value } => {
            format!("parameter {parameter:?} set to {}", zera_client::primitives::hash::to_hex(value))
        }
        Deed::Switched { old, new, code } => format!("switched from {} to {}, which is {code}", runs(old), runs(new)),
        Deed::TagSet { tag, old, new, from } => {
            let old = old.map_or_else(|| "nothing".into(), |old| old.to_string());
            format!("tag {tag:?} set from {old} to {new}, from slot {from} on")
        }
        Deed::TagDeleted { tag } => format!("tag {tag:?} deleted"),
        Deed::Executed { code } => format!("proposal's own code {code} executed"),
        Deed::Builders { added, removed } => {
            let added: Vec<String> =
                added.iter().map(|builder| format!("{:?} {}", builder.name, account(&builder.account))).collect();
            let removed: Vec<String> = removed.iter().map(account).collect();
            format!("builders: registered [{}], struck [{}]", added.join(", "), removed.join(", "))
        }
        Deed::Validators { added, removed } => {
            let accounts = |list: &[_]| list.iter().map(account).collect::<Vec<String>>().join(", ");
            format!("validators: taken in [{}], taken out [{}]", accounts(added), accounts(removed))
        }
        Deed::FollowerMigrated { code, schema, generation, entries } => {
            format!("data migrated by {code} to schema {schema}, generation {generation}: {entries} entries")
        }
    }
}
