-- What the open-space feed publishes beyond counts and hours. The rules of this schema are those of the first migration.

-- Of a garage; null is not known and not published. A garage without a row is published.
create table published_facts (
    garage_id text primary key references garage (id),
    listed bigint not null check (listed in (0, 1)),
    type text,
    has_fee bigint check (has_fee in (0, 1)),
    fee_description text,
    max_height_cm bigint,
    max_width_cm bigint,
    is_covered bigint check (is_covered in (0, 1)),
    has_lighting bigint check (has_lighting in (0, 1)),
    supervision text,
    public_url text,
    phone text
);

create table published_identifier (
    garage_id text not null references garage (id),
    position bigint not null,
    type text not null,
    value text not null,
    primary key (garage_id, position)
);

-- The district as a source of data.
create table published_source (
    id bigint primary key check (id = 1),
    uid text not null,
    name text not null,
    public_url text not null,
    license text,
    contributor text,
    attribution_url text,
    created_at bigint not null,
    modified_at bigint not null
);

-- When what is published of a garage, but for its count, changed last; detected by a hash of it.
create table published_version (
    garage_id text primary key references garage (id),
    facts_hash text not null,
    changed_at bigint not null
);

-- What was published every five minutes, for a week. Null: no data.
create table published_sample (
    garage_id text not null references garage (id),
    at bigint not null,
    capacity bigint not null,
    free bigint,
    status text not null,
    confirmed_at bigint,
    primary key (garage_id, at)
);

create index published_sample_by_time on published_sample (at);
