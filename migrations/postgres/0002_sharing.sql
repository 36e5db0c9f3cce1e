-- Calendar, shared windows, reservations. The rules of this schema are those of the first migration.

-- Rises with every change that concerns several garages (calendars): books in memory are then made anew.
create table district_version (
    id bigint primary key check (id = 1),
    version bigint not null
);

insert into district_version (id, version) values (1, 1);

-- Lists of the State Council that were imported; those that the program ships are not here.
create table calendar_list (
    year bigint primary key,
    imported_at bigint not null
);

create table calendar_day (
    layer text not null,
    -- Of the document: late December may stand in next year's.
    year bigint not null,
    date text not null,
    name text not null,
    off bigint not null,
    -- For a workday: 0 Monday to 6 Sunday. Null: not stated.
    acts_as bigint,
    primary key (layer, date, year)
);

create table school_calendar (
    school_id text primary key references school (id),
    weekdays bigint not null
);

-- Terms and breaks, both days included.
create table school_span (
    id text primary key,
    school_id text not null references school (id),
    kind text not null,
    name text not null,
    first_day text not null,
    last_day text not null
);

create index school_span_by_school on school_span (school_id);

create table school_day (
    school_id text not null references school (id),
    date text not null,
    lessons bigint not null,
    acts_as bigint,
    earlier_minutes bigint,
    name text not null,
    primary key (school_id, date)
);

-- A barrier that an operator has ordered to open.
create table open_order (
    id text primary key,
    garage_id text not null references garage (id),
    lane text not null,
    -- Who made it: an operator, or a driver who scanned the lane's code.
    operator_id text references operator (id),
    person_id text,
    idempotency_key text not null,
    reason text not null,
    -- Whose car it is, where somebody has said so.
    plate_enc bytea,
    made_at bigint not null,
    expires_at bigint not null,
    -- waiting, taken, opened, refused, expired.
    state text not null,
    -- The gateway's run that has it; no other run is given it.
    taken_by text,
    cause text,
    ended_at bigint,
    unique (garage_id, operator_id, idempotency_key)
);

create index open_order_by_time on open_order (expires_at);
create index open_order_by_garage on open_order (garage_id, id);
create unique index open_order_by_person_key on open_order (person_id, idempotency_key) where person_id is not null;
create index open_order_by_person on open_order (person_id, made_at) where person_id is not null;

-- One row a garage: whoever changes anything that its reservations depend on holds it and increases the version.
create table book (
    garage_id text primary key references garage (id),
    version bigint not null
);

create table sharing_rules (
    garage_id text primary key references garage (id),
    strikes bigint not null,
    strike_days bigint not null,
    block_days bigint not null,
    live_per_person bigint not null,
    live_per_plate bigint not null
);

-- Interchangeable spaces of a garage. An owner's own space is a pool of one.
create table pool (
    garage_id text not null references garage (id),
    id text not null,
    name text not null,
    name_en text not null,
    size bigint not null check (size > 0),
    primary key (garage_id, id)
);

-- Numbered spaces, where a pool has them.
create table space (
    garage_id text not null,
    pool_id text not null,
    label text not null,
    position bigint not null,
    primary key (garage_id, label),
    foreign key (garage_id, pool_id) references pool (garage_id, id)
);

create table shared_window (
    id text primary key,
    garage_id text not null,
    pool_id text not null,
    audience text not null,
    name text not null,
    -- Bits, Monday first, of the weekday as which a day acts.
    weekdays bigint not null,
    -- Bits: 1 workday, 2 rest day, 4 holiday.
    kinds bigint not null,
    -- Null: any day; 1: days with lessons; 0: days without.
    lessons bigint,
    first_day text,
    last_day text,
    start_minute bigint not null,
    length_minutes bigint not null,
    quota bigint not null,
    bookable bigint not null,
    walk_in bigint not null,
    min_stay_minutes bigint not null,
    max_stay_minutes bigint not null,
    horizon_minutes bigint not null,
    -- No car moves in these local hours.
    lock_start_minute bigint,
    lock_length_minutes bigint,
    early_minutes bigint not null,
    grace_minutes bigint not null,
    notice_minutes bigint not null,
    created_at bigint not null,
    modified_at bigint not null,
    -- Windows are ended, not deleted: reservations name them.
    ended_at bigint,
    foreign key (garage_id, pool_id) references pool (garage_id, id)
);

create index shared_window_by_garage on shared_window (garage_id) where ended_at is null;

-- Classes that come later than the window begins.
create table window_stagger (
    window_id text not null references shared_window (id),
    class_id text not null references class (id),
    offset_minutes bigint not null,
    primary key (window_id, class_id)
);

-- Suspensions, blackouts, spaces out of service.
create table closure (
    id text primary key,
    garage_id text not null references garage (id),
    -- Null: all pools.
    pool_id text,
    -- Null: all audiences.
    audience text,
    from_at bigint not null,
    until_at bigint not null,
    -- So many spaces fewer; null: closed.
    spaces bigint,
    reason text not null,
    operator_id text not null references operator (id),
    created_at bigint not null,
    ended_at bigint
);

create index closure_by_garage on closure (garage_id, until_at) where ended_at is null;

-- Everything that takes a space: reservations, waiting ones, and cars that came in without one.
create table reservation (
    id text primary key,
    garage_id text not null references garage (id),
    pool_id text not null,
    audience text not null,
    window_id text,
    -- app, operator or gate.
    origin text not null,
    -- Who asked: p: and a person, o: and an operator, or gate.
    made_by text not null,
    -- The key with which it was asked for, once per made_by and garage.
    client_key text,
    series_id text,
    person_id text references person (id),
    plate_hash bytea,
    plate_enc bytea,
    starts_at bigint not null,
    ends_at bigint not null,
    state text not null,
    state_since bigint not null,
    -- Held: until when.
    expires_at bigint,
    -- Cancelled: why; late 1 if it was after the start.
    cause text,
    late bigint not null,
    -- What it takes of the pool; equal when nothing.
    taken_from bigint not null,
    taken_until bigint not null,
    -- 1 until it is completed, cancelled or a no-show: the book in memory has exactly these.
    live bigint not null,
    space text,
    visit_id text,
    reminded bigint not null,
    created_at bigint not null,
    changed_at bigint not null,
    unique (garage_id, made_by, client_key)
);

create index reservation_live on reservation (garage_id) where live = 1;
create index reservation_by_time on reservation (garage_id, starts_at);
create index reservation_by_person on reservation (person_id, starts_at) where person_id is not null;
create index reservation_to_forget on reservation (ends_at) where plate_enc is not null;

-- What people are told about their reservations.
create table notice (
    id text primary key,
    person_id text not null references person (id),
    at bigint not null,
    kind text not null,
    garage_id text not null references garage (id),
    reservation_id text not null,
    detail text not null,
    read_at bigint
);

create index notice_by_person on notice (person_id, at);

create table strike (
    id text primary key,
    garage_id text not null references garage (id),
    plate_hash bytea not null,
    reservation_id text not null,
    kind text not null,
    at bigint not null,
    lifted_at bigint,
    lifted_by text references operator (id),
    lift_reason text
);

create index strike_by_plate on strike (garage_id, plate_hash, at);

-- Plates that may neither book nor come in as the public; nobody is kept from leaving.
create table block (
    id text primary key,
    garage_id text not null references garage (id),
    plate_hash bytea not null,
    plate_enc bytea not null,
    reason text not null,
    -- 1: by the rule of strikes; 0: by an operator.
    by_rule bigint not null,
    made_by text references operator (id),
    from_at bigint not null,
    until_at bigint,
    ended_at bigint,
    ended_by text references operator (id)
);

create index block_by_garage on block (garage_id) where ended_at is null;

-- A box that has enrolled has a credential of its own making, which it renews; null: its token was made here, and stays.
alter table gateway add column renew_at bigint;
-- Made by the box and not used yet: the first use ends the one before.
alter table gateway add column next_token_hash bytea;
create unique index gateway_by_next_token on gateway (next_token_hash);

-- One-off codes with which a garage's box makes its first contact.
create table gateway_code (
    code_hash bytea primary key,
    garage_id text not null references garage (id),
    expires_at bigint not null,
    -- Hash of the credential that it was used for.
    used_for bytea
);
-- Since when a car stands in the lane that should not.
alter table lane add column stuck_since bigint;
-- Since when its barrier stays up.
alter table lane add column held_open_since bigint;
alter table lane add column make text not null default 'native';
-- Words, with commas between.
alter table lane add column quirks text not null default '';
-- The device's clock less the gateway's.
alter table lane add column clock_ahead_ms bigint;

-- 1: the book does not know yet what happened to this visit.
alter table visit add column book_due bigint not null default 0;
create index visit_to_book on visit (garage_id) where book_due = 1;
update visit set book_due = 1 where ended_by is null;

-- Why a visit ended unseen: entered_again, elsewhere, inventory, not_in_count, forgotten.
alter table visit add column ended_why text;
-- 1: with that, the car was taken out of the count.
alter table visit add column uncounted bigint not null default 0;

create index visit_uncounted on visit (garage_id, plate_hash) where uncounted = 1;
create index visit_unseen on visit (garage_id, entered_at) where ended_by = 'exit_missed';
create index visit_by_plate on visit (plate_hash) where plate_hash is not null;

-- What an operator saw on a walk through the garage. The plates stand at the visits only.
create table inventory (
    id text primary key,
    garage_id text not null references garage (id),
    operator_id text not null references operator (id),
    idempotency_key text not null,
    body_hash bytea not null,
    begun_at bigint not null,
    ended_at bigint not null,
    at bigint not null,
    reason text not null,
    seen bigint not null,
    unread bigint not null,
    opened bigint not null,
    named bigint not null,
    ghosts bigint not null,
    count_before bigint,
    count_after bigint not null,
    unique (garage_id, operator_id, idempotency_key)
);

create index inventory_by_garage on inventory (garage_id, id);

insert into book (garage_id, version) select id, 1 from garage;

insert into pool (garage_id, id, name, name_en, size)
select id, 'main', '共享泊位', 'Shared spaces', capacity from garage;

-- The first version's weekly windows, with the rules that were implied: for those with permits, as many spaces as there are.
insert into shared_window (id, garage_id, pool_id, audience, name, weekdays, kinds, start_minute, length_minutes, quota,
    bookable, walk_in, min_stay_minutes, max_stay_minutes, horizon_minutes, early_minutes, grace_minutes, notice_minutes,
    created_at, modified_at)
select w.garage_id || '-' || cast(w.position as text), w.garage_id, 'main', w.audience, w.audience, w.weekdays, 7, w.start_minute,
    w.length_minutes,
    case when w.audience in ('staff', 'resident')
        then (select case when count(*) < 1 then 1 when count(*) > g.capacity then g.capacity else count(*) end
            from permit p where p.garage_id = w.garage_id and p.audience = w.audience)
        else g.capacity end,
    1, 1, 0, 1440, 20160, 10, 15, 15, g.modified_at, g.modified_at
from garage_window w join garage g on g.id = w.garage_id;

drop table garage_window;
