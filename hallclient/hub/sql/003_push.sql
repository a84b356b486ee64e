-- Events come in. A repetition is answered as the first time and writes nothing; nothing is refused
-- because of what it says.

create function hub.channel(p_hall text) returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select 'hall_' || left(encode(sha256(convert_to(p_hall, 'UTF8')), 'hex'), 24) $$;

create function hub.push(
    p_hall text, p_epoch bigint, p_device text, p_stream text, p_expected bigint,
    p_first bigint, p_prev bytea, p_epochs bigint[], p_kinds text[], p_versions bigint[],
    p_subjects text[], p_actors text[], p_windows text[], p_ats bigint[], p_days text[],
    p_bodies bytea[], p_hashes bytea[], p_algorithms text[],
    p_tagged bigint[], p_tags text[], p_signature bytea,
    out r_answer text, out r_last bigint, out r_head bigint, out r_epoch bigint)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    d hub.device;
    h hub.hall;
    n bigint := cardinality(p_hashes);
    prevs bytea[] := array_prepend(p_prev, p_hashes[1:n - 1]);
    marks bytea[] := array[]::bytea[];
    said bytea;
    tail bytea;
    known bigint;
    places bigint;
    now bigint := hub.clock();
begin
    r_last := 0; r_head := 0; r_epoch := 0;
    select * into d from hub.device x
        where x.hall_id = p_hall and x.role_name = session_user::text for update;
    if not found or d.device is null or d.revoked_at is not null then
        r_answer := 'revoked';
        return;
    end if;

    -- The hashes are reckoned before the hall is locked. A null among the values is none as well.
    if n is null or n < 1 or n > 2000 or p_first < 1 or exists (
            select from unnest(
                p_epochs, p_kinds, p_versions, p_subjects, p_actors, p_windows, p_ats, p_days,
                p_bodies, prevs, p_hashes, p_algorithms)
                with ordinality as e(epoch, kind, version, subject, actor, "window", at, day,
                    body, prev, hash, algorithm, i)
            where e.algorithm is distinct from 'sha256'
                or e.hash is distinct from sha256(e.prev || convert_to(
                    p_device || chr(31) || p_stream || chr(31) || (p_first + e.i - 1) || chr(31)
                    || e.epoch || chr(31) || e.kind || chr(31) || e.version || chr(31)
                    || e.subject || chr(31) || e.actor || chr(31) || e."window" || chr(31)
                    || e.at || chr(31) || e.day || chr(31) || e.algorithm || chr(10),
                    'UTF8') || e.body)) then
        r_answer := 'chain';
    end if;

    select * into h from hub.hall x where x.hall_id = p_hall for update;
    r_head := h.head;
    r_epoch := h.epoch;
    select e.seq, e.hash into r_last, tail from hub.event e
        where e.hall_id = p_hall and e.stream = p_stream and e.device = p_device
        order by e.seq desc limit 1;
    r_last := coalesce(r_last, 0);
    tail := coalesce(tail, decode(repeat('00', 32), 'hex'));
    if p_epoch is distinct from h.epoch then
        r_answer := 'epoch';
        return;
    elsif r_answer is not null then
        return;
    elsif p_first > r_last + 1 then
        r_answer := 'gap';
        return;
    elsif p_first = r_last + 1 and p_prev <> tail then
        r_answer := 'chain';
        return;
    end if;

    known := least(n, r_last - p_first + 1);
    if known > 0 and p_hashes[1:known] <> (
            select array_agg(x.hash order by x.seq) from hub.event x
            where x.hall_id = p_hall and x.stream = p_stream and x.device = p_device
                and x.seq >= p_first and x.seq < p_first + known) then
        r_answer := 'fork';
        return;
    elsif known = n then
        r_answer := 'ok';
        return;
    elsif p_device <> d.device and not h.healing and exists (
            select from hub.device x
            where x.hall_id = p_hall and x.device = p_device and x.revoked_at is null) then
        -- It can come itself. One that was shut out cannot; one that nobody knows is what a store
        -- was called before.
        r_answer := 'foreign';
        return;
    end if;

    select s.head into places from hub.stream s
        where s.hall_id = p_hall and s.stream = p_stream for update;
    if coalesce(places, 0) - known <> p_expected then
        r_answer := 'behind';
        return;
    elsif places is null then
        places := 0;
        insert into hub.stream (hall_id, stream, head) values (p_hall, p_stream, 0);
    end if;

    foreach said in array p_hashes[known + 1:] loop
        h.mark := sha256(h.mark || said);
        marks := array_append(marks, h.mark);
    end loop;
    insert into hub.event (
        hall_id, lsn, place, device, stream, seq, epoch, kind, version, subject, actor, "window",
        at, day, body, prev_hash, hash, algorithm, mark)
    select p_hall, h.head + e.i, places + e.i, p_device, p_stream, p_first + known + e.i - 1,
        e.epoch, e.kind, e.version, e.subject, e.actor, e."window", e.at, e.day, e.body, e.prev,
        e.hash, e.algorithm, e.mark
    from unnest(
        p_epochs[known + 1:], p_kinds[known + 1:], p_versions[known + 1:],
        p_subjects[known + 1:], p_actors[known + 1:], p_windows[known + 1:],
        p_ats[known + 1:], p_days[known + 1:], p_bodies[known + 1:], prevs[known + 1:],
        p_hashes[known + 1:], p_algorithms[known + 1:], marks)
        with ordinality as e(epoch, kind, version, subject, actor, "window", at, day,
            body, prev, hash, algorithm, mark, i);
    insert into hub.tag (hall_id, tag, stream, lsn)
        select p_hall, g.tag, p_stream, max(h.head + g.i - known)
        from unnest(p_tags, p_tagged) as g(tag, i)
        where g.i > known and not exists (
            select from hub.tag t
            where t.hall_id = p_hall and t.tag = g.tag and t.stream = p_stream)
        group by g.tag;
    if not hub.is_open(p_stream) and p_stream <> 'store' and d.kind = 'window'
            and not exists (
                select from hub.follow f
                where f.hall_id = p_hall and f.name = d.name and f.stream = p_stream) then
        insert into hub.follow (hall_id, name, stream) values (p_hall, d.name, p_stream);
        -- The first to write in it has begun it; who comes later has become a reader.
        if places > 0 then
            perform hub.note(p_hall, d.name, 'push', array[p_stream]);
        end if;
    end if;
    r_last := p_first + n - 1;
    r_head := h.head + n - known;
    update hub.stream s set head = places + n - known
        where s.hall_id = p_hall and s.stream = p_stream;
    insert into hub.batch (hall_id, lsn, events, pushed_by, received_at, signature)
        values (p_hall, r_head, n - known, d.name, now, p_signature);
    update hub.device x set seen_at = now where x.hall_id = p_hall and x.name = d.name;
    update hub.hall x set head = r_head, mark = h.mark where x.hall_id = p_hall;
    if h.notify then
        perform pg_notify(hub.channel(p_hall), r_head::text);
    end if;
    r_answer := 'ok';
end
$$;

grant execute on function hub.push(
    text, bigint, text, text, bigint, bigint, bytea, bigint[], text[], bigint[], text[], text[],
    text[], bigint[], text[], bytea[], bytea[], text[], bigint[], text[], bytea)
to hallclient_window;
