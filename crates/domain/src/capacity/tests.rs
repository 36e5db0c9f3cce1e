use proptest::prelude::*;

use super::*;

fn counts() -> impl Strategy<Value = ByAudience<u32>> {
    (0_u32..6, 0_u32..6, 0_u32..6, 0_u32..6).prop_map(|(pickup, staff, resident, public)| ByAudience {
        pickup,
        staff,
        resident,
        public,
    })
}

fn limit() -> impl Strategy<Value = CapacityLimit> {
    let quota = || prop::option::weighted(0.8, 0_u32..6);
    (0_u32..14, quota(), quota(), quota(), quota()).prop_map(|(capacity, pickup, staff, resident, public)| {
        CapacityLimit { capacity, quota: AudienceQuotas { pickup, staff, resident, public } }
    })
}

fn audience() -> impl Strategy<Value = Audience> {
    prop::sample::select(IN_PRIORITY.to_vec())
}

fn kept_rule() -> impl Strategy<Value = KeptRule> {
    prop_oneof![Just(KeptRule::EveryAudience), Just(KeptRule::PublicOnly)]
}

/// The same taken spaces, and one more of `audience`.
fn one_more(taken: ByAudience<u32>, unplaced: u32, audience: Audience) -> TakenSpaces {
    let more = ByAudience::from_fn(|of| taken.get(of) + u32::from(of == audience));
    TakenSpaces::new(more, unplaced)
}

proptest! {
    #[test]
    fn room_for_one_more_leaves_the_limits_intact(
        limit in limit(), taken in counts(), unplaced in 0_u32..4, audience in audience(), kept in kept_rule(),
    ) {
        let now = TakenSpaces::new(taken, unplaced);
        let Some(room) = limit.room(&now, audience, kept) else {
            prop_assert!(!limit.is_open(audience));
            return Ok(());
        };
        let then = one_more(taken, unplaced, audience);
        if room > 0 {
            prop_assert!(then.total() <= limit.capacity);
            prop_assert!(then.of(audience) <= limit.quota.get(audience).unwrap());
            prop_assert_eq!(limit.room(&then, audience, kept), Some(room - 1));
            for prior in before(audience).filter(|_| kept.applies_to(audience)) {
                prop_assert_eq!(limit.room(&then, prior, kept), limit.room(&now, prior, kept));
            }
        }
    }

    #[test]
    fn a_permit_has_at_least_the_room_of_a_promise(limit in limit(), taken in counts(), audience in audience()) {
        let taken = TakenSpaces::new(taken, 0);
        let promise = limit.room(&taken, audience, KeptRule::EveryAudience);
        prop_assert!(limit.room(&taken, audience, KeptRule::PublicOnly) >= promise);
    }

    #[test]
    fn two_pools_as_one_have_at_least_the_room_of_the_first(one in limit(), two in limit(), taken in counts()) {
        let taken = TakenSpaces::new(taken, 0);
        let both = one.and(&two).room(&taken, Audience::Pickup, KeptRule::EveryAudience);
        prop_assert!(both >= one.room(&taken, Audience::Pickup, KeptRule::EveryAudience));
    }
}

#[test]
fn a_car_of_an_unknown_pool_takes_a_space_and_no_quota() {
    let limit = CapacityLimit { capacity: 3, quota: [(Audience::Staff, 1), (Audience::Public, 3)].into() };
    let taken = |unplaced| TakenSpaces::new(ByAudience::default(), unplaced);
    let room = |unplaced, audience| limit.room(&taken(unplaced), audience, KeptRule::EveryAudience);
    assert_eq!((room(0, Audience::Public), room(1, Audience::Public)), (Some(2), Some(1)));
    assert_eq!((room(2, Audience::Staff), room(3, Audience::Staff)), (Some(1), Some(0)));
    assert_eq!(room(0, Audience::Pickup), None);
}

#[test]
fn quotas_are_written_as_an_object_of_the_open_audiences() {
    let limit = CapacityLimit { capacity: 3, quota: [(Audience::Public, 2), (Audience::Pickup, 1)].into() };
    let text = serde_json::to_string(&limit).unwrap();
    assert_eq!(text, r#"{"capacity":3,"quota":{"pickup":1,"public":2}}"#);
    assert_eq!(serde_json::from_str::<CapacityLimit>(&text).unwrap(), limit);
}
