//! Comments that suppress what was found.
