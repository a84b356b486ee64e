-- Keys of cases. Who reads a case's stream may have its key; a destroyed one never comes back.
-- ``hall`` is no case: the hall's own secret, which every device of it may have and none destroys.

create function hub.may_key(p_hall text, p_name text, p_kind text, p_case text, p_new boolean)
returns boolean
language sql stable set search_path = pg_catalog, pg_temp
as $$
    select p_kind = 'supervisor'
        or p_case = 'hall'
        or exists (
            select from hub.follow f
            where f.hall_id = p_hall and f.name = p_name
                and f.stream in ('case:' || p_case, 'visit:' || p_case, 'booking:' || p_case))
        or p_new and not exists (
            select from hub.stream s
            where s.hall_id = p_hall
                and s.stream in ('case:' || p_case, 'visit:' || p_case, 'booking:' || p_case))
$$;

create function hub.put_keys(
    p_hall text, p_epoch bigint, p_cases text[], p_keys bytea[],
    out r_answer text, out r_cases text[], out r_keys bytea[])
language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp
as $$
declare
    d hub.device;
    mine text[];
begin
    select * into d from hub.device x
        where x.hall_id = p_hall and x.role_name = session_user::text for update;
    if not found or d.device is null or d.revoked_at is not null then
        r_answer := 'revoked';
    elsif p_epoch <> (select h.epoch from hub.hall h where h.hall_id = p_hall for update) then
        r_answer := 'epoch';
    else
        r_answer := 'ok';
        select array_agg(s.case_id) into mine from unnest(p_cases) s(case_id)
            where hub.may_key(p_hall, d.name, d.kind, s.case_id, true);
        insert into hub.case_key (hall_id, case_id, key, put_by, at)
            select distinct on (s.case_id) p_hall, s.case_id, s.key, d.name, hub.clock()
            from unnest(p_cases, p_keys) s(case_id, key)
            where s.case_id = any (mine) and not exists (
                select from hub.case_key k where k.hall_id = p_hall and k.case_id = s.case_id)
            order by s.case_id;
        select array_agg(k.case_id order by k.case_id), array_agg(k.key order by k.case_id)
            into r_cases, r_keys from hub.case_key k
            where k.hall_id = p_hall and k.case_id = any (mine);
    end if;
end
$$;

create function hub.take_keys(
    p_hall text, p_epoch bigint, p_cases text[],
    out r_answer text, out r_cases text[], out r_keys bytea[])
language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp
as $$
declare
    d hub.device;
begin
    select * into d from hub.device x
        where x.hall_id = p_hall and x.role_name = session_user::text for update;
    if not found or d.device is null or d.revoked_at is not null then
        r_answer := 'revoked';
    elsif p_epoch <> (select h.epoch from hub.hall h where h.hall_id = p_hall) then
        r_answer := 'epoch';
    else
        r_answer := 'ok';
        perform hub.note(p_hall, d.name, 'key', p_cases);
        select array_agg(k.case_id order by k.case_id), array_agg(k.key order by k.case_id)
            into r_cases, r_keys from hub.case_key k
            where k.hall_id = p_hall and k.case_id = any (p_cases)
                and hub.may_key(p_hall, d.name, d.kind, k.case_id, false);
    end if;
end
$$;

create function hub.destroy_keys(
    p_hall text, p_epoch bigint, p_cases text[],
    out r_answer text, out r_cases text[], out r_keys bytea[])
language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp
as $$
declare
    d hub.device;
    mine text[];
begin
    select * into d from hub.device x
        where x.hall_id = p_hall and x.role_name = session_user::text for update;
    if not found or d.device is null or d.revoked_at is not null then
        r_answer := 'revoked';
    elsif p_epoch <> (select h.epoch from hub.hall h where h.hall_id = p_hall for update) then
        r_answer := 'epoch';
    else
        r_answer := 'ok';
        perform hub.note(p_hall, d.name, 'destroy', p_cases);
        select array_agg(distinct s.case_id) into mine from unnest(p_cases) s(case_id)
            where s.case_id <> 'hall'
                and hub.may_key(p_hall, d.name, d.kind, s.case_id, true);
        update hub.case_key k set key = null, at = hub.clock()
            where k.hall_id = p_hall and k.case_id = any (mine) and k.key is not null;
        insert into hub.case_key (hall_id, case_id, key, put_by, at)
            select p_hall, s.case_id, null, d.name, hub.clock()
            from unnest(mine) s(case_id)
            where not exists (
                select from hub.case_key k where k.hall_id = p_hall and k.case_id = s.case_id);
        r_cases := mine;
        r_keys := array_fill(null::bytea, array[coalesce(cardinality(mine), 0)]);
    end if;
end
$$;

grant execute on function
    hub.put_keys(text, bigint, text[], bytea[]),
    hub.take_keys(text, bigint, text[]),
    hub.destroy_keys(text, bigint, text[])
to hallclient_window;
