//! Code store, modules, versions, history, configuration, upgrades and migrations.
