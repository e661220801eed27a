//! Command, Response, Event, Error: the only serialised API a page sees.
