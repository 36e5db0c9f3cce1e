//! One value for each audience.

use crate::audience::Audience;

/// All audiences in order of priority.
pub(super) const IN_PRIORITY: [Audience; 4] =
    [Audience::Pickup, Audience::Staff, Audience::Resident, Audience::Public];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ByAudience<T> {
    pickup: T,
    staff: T,
    resident: T,
    public: T,
}

impl<T> ByAudience<T> {
    pub(super) fn get(&self, audience: Audience) -> &T {
        match audience {
            Audience::Pickup => &self.pickup,
            Audience::Staff => &self.staff,
            Audience::Resident => &self.resident,
            Audience::Public => &self.public,
        }
    }

    pub(super) fn get_mut(&mut self, audience: Audience) -> &mut T {
        match audience {
            Audience::Pickup => &mut self.pickup,
            Audience::Staff => &mut self.staff,
            Audience::Resident => &mut self.resident,
            Audience::Public => &mut self.public,
        }
    }
}

/// Audiences with priority over `audience`: their untaken quotas are kept from it.
pub(super) fn before(audience: Audience) -> impl Iterator<Item = Audience> {
    IN_PRIORITY.into_iter().take_while(move |other| *other < audience)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pickup_comes_before_everybody() {
        assert_eq!(before(Audience::Pickup).count(), 0);
        let all: Vec<_> = before(Audience::Public).collect();
        assert_eq!(all, [Audience::Pickup, Audience::Staff, Audience::Resident]);
    }
}
