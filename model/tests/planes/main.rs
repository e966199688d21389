//! Both data planes: conservation, theory, and one against the other. One
//! binary, so that it is linked once.

mod agreement;
mod clients;
mod conservation;
mod exact;
mod expected;
mod impatience;
mod kit;
mod settled;
mod stationary;
