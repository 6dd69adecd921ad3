//! What follows from the model and the files beside it.

pub mod hosts;
pub mod examples;
pub mod gitignore;
pub mod place;
