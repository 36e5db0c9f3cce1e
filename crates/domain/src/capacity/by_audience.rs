//! One value for each audience.

use std::collections::BTreeMap;
use std::ops::{Add, Neg};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::audience::Audience;

/// All audiences in order of priority.
pub(crate) const IN_PRIORITY: [Audience; 4] =
    [Audience::Pickup, Audience::Staff, Audience::Resident, Audience::Public];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ByAudience<T> {
    #[serde(default)]
    pub pickup: T,
    #[serde(default)]
    pub staff: T,
    #[serde(default)]
    pub resident: T,
    #[serde(default)]
    pub public: T,
}

/// Number of cars of each audience, or a change of it.
pub type AudienceCounts = ByAudience<i64>;

/// Quotas; absent for an audience without an open window.
pub type AudienceQuotas = ByAudience<Option<u32>>;

impl<T> ByAudience<T> {
    pub const fn get(&self, audience: Audience) -> &T {
        match audience {
            Audience::Pickup => &self.pickup,
            Audience::Staff => &self.staff,
            Audience::Resident => &self.resident,
            Audience::Public => &self.public,
        }
    }

    pub const fn get_mut(&mut self, audience: Audience) -> &mut T {
        match audience {
            Audience::Pickup => &mut self.pickup,
            Audience::Staff => &mut self.staff,
            Audience::Resident => &mut self.resident,
            Audience::Public => &mut self.public,
        }
    }

    pub(crate) fn from_fn(mut value: impl FnMut(Audience) -> T) -> Self {
        Self {
            pickup: value(Audience::Pickup),
            staff: value(Audience::Staff),
            resident: value(Audience::Resident),
            public: value(Audience::Public),
        }
    }
}

impl AudienceCounts {
    pub const fn of(&self, audience: Audience) -> i64 {
        *self.get(audience)
    }

    pub const fn add(&mut self, audience: Audience, cars: i64) {
        let now = self.get_mut(audience);
        *now = now.saturating_add(cars);
    }

    pub const fn total(&self) -> i64 {
        self.pickup.saturating_add(self.staff).saturating_add(self.resident).saturating_add(self.public)
    }
}

impl Add for AudienceCounts {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::from_fn(|audience| self.of(audience).saturating_add(other.of(audience)))
    }
}

impl Neg for AudienceCounts {
    type Output = Self;
    fn neg(self) -> Self {
        Self::from_fn(|audience| self.of(audience).saturating_neg())
    }
}

impl FromIterator<(Audience, u32)> for AudienceQuotas {
    fn from_iter<I: IntoIterator<Item = (Audience, u32)>>(quotas: I) -> Self {
        let mut all = Self::default();
        for (audience, quota) in quotas {
            *all.get_mut(audience) = Some(quota);
        }
        all
    }
}

impl<const N: usize> From<[(Audience, u32); N]> for AudienceQuotas {
    fn from(quotas: [(Audience, u32); N]) -> Self {
        quotas.into_iter().collect()
    }
}

/// The wire form of quotas: an object of the audiences with an open window.
pub(super) mod open_quotas {
    use super::{Audience, AudienceQuotas, BTreeMap, Deserialize, Deserializer, IN_PRIORITY, Serializer};

    pub(crate) fn serialize<S: Serializer>(quotas: &AudienceQuotas, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(
            IN_PRIORITY.into_iter().filter_map(|audience| Some((audience, (*quotas.get(audience))?))),
        )
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<AudienceQuotas, D::Error> {
        Ok(BTreeMap::<Audience, u32>::deserialize(from)?.into_iter().collect())
    }
}

/// Audiences with priority over `audience`: their untaken quotas are kept from it.
pub(crate) fn before(audience: Audience) -> impl Iterator<Item = Audience> {
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
