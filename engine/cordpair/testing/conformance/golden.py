"""The golden traces, the same for every driver. ``a x < b y``: a saw x before b saw y."""

from cordpair.testing.conformance.trace import parse

GOLDEN = parse("""
caller_arrives
    caller: arrived
caller_is_answered
    caller: arrived, answered, ended normal
caller_is_told_busy
    caller: arrived, ended busy
caller_is_rejected
    caller: arrived, ended rejected
caller_gets_no_answer
    caller: arrived, ended no_answer
caller_is_told_congestion
    caller: arrived, ended congestion
caller_is_told_unreachable
    caller: arrived, ended unreachable
caller_gives_up_before_the_answer
    caller: arrived, ended normal
caller_hangs_up
    caller: arrived, answered, ended normal
two_callers
    first: arrived, answered, ended normal
    second: arrived, answered, ended normal
    first ended normal < second ended normal
caller_is_redirected
    caller: arrived, ended normal
caller_is_transferred
    caller: arrived, answered, ended normal

agent_and_customer_talk
    agent: ringing, answered, joined talk, left talk, ended normal
    customer: ringing, answered, joined talk, left talk, ended normal
    agent answered < customer ringing
    customer ended normal < agent ended normal
customer_is_busy
    agent: ringing, answered, ended normal
    customer: ended busy
    customer ended busy < agent ended normal
customer_does_not_answer
    agent: ringing, answered, ended normal
    customer: ringing, ended no_answer
    customer ended no_answer < agent ended normal
agent_hangs_up_while_the_customer_is_rung
    agent: ringing, answered, ended normal
    customer: ringing, ended normal
    agent ended normal < customer ended normal
agent_does_not_answer
    agent: ringing, ended no_answer
agent_hears_a_ring_tone_until_the_two_are_joined
    agent: ringing, answered, joined talk
    customer: ringing, answered, joined talk
    agent answered < customer ringing

phone_answers
    agent: ringing, answered, ended normal
we_hang_up_on_an_answered_phone
    agent: ringing, answered, ended normal
phone_is_busy
    agent: ended busy
phone_rejects
    agent: ringing, ended rejected
phone_is_unavailable
    agent: ringing, ended no_answer
phone_rings_out
    agent: ringing, ended no_answer
phone_is_dead
    agent: ended no_answer
phone_is_not_registered
    seat0: seat unreachable, seat reachable
    agent: ended unreachable
    seat0 seat unreachable < agent ended unreachable
phone_does_not_exist
    agent: ended unreachable
our_own_call_does_not_make_a_seat_busy
    agent: ringing, answered, ended normal
we_stop_ringing
    agent: ringing, ended normal
answered_elsewhere
    agent: ringing, ended answered_elsewhere
two_phones_ring
    first: ringing, answered, ended normal
    second: ringing, ended answered_elsewhere
    first answered < second ended answered_elsewhere

caller_and_agent_talk
    caller: arrived, answered, joined talk, left talk, ended normal
    agent: ringing, answered, joined talk, left talk, ended normal
    agent answered < caller joined talk
    caller answered < agent joined talk
    caller ended normal < agent ended normal
agent_hangs_up_first
    caller: arrived, answered, joined talk, left talk, joined again
    agent: ringing, answered, joined talk, left talk, ended normal
    other: ringing, answered, joined again
    agent ended normal < caller left talk
    caller left talk < other joined again
joining_answers_a_waiting_caller
    caller: arrived, answered, joined talk
    agent: ringing, answered, joined talk
    agent answered < caller answered
joining_a_caller_who_is_gone
    caller: arrived, answered, ended normal
    agent: ringing, answered, ended normal
    caller ended normal < agent ended normal
caller_goes_while_being_joined
    caller: arrived, answered, ended normal
    agent: ringing, answered, ended normal
    caller ended normal < agent ended normal
hold_and_resume
    caller: arrived, answered, joined talk, left talk, joined talk
    agent: ringing, answered, joined talk
a_leg_goes_from_bridge_to_bridge
    caller: arrived, answered, joined talk, left talk, joined second
    agent: ringing, answered, joined talk
    other: ringing, answered, joined second
a_released_bridge_leaves_its_legs_alive
    caller: arrived, answered, joined talk, left talk
    agent: ringing, answered, joined talk, left talk
three_in_a_conference
    caller: arrived, answered, joined talk
    agent: ringing, answered, joined talk, left talk
    other: ringing, answered, joined talk
    other joined talk < agent left talk

a_seat_is_rung_once
    agent: ringing, ended normal
a_leg_is_answered_once
    caller: arrived, answered
a_leg_is_ended_once
    caller: arrived, answered, ended normal
legs_are_joined_once
    caller: arrived, answered, joined talk
    agent: ringing, answered, joined talk
a_bridge_is_left_and_released_once
    caller: arrived, answered, joined talk, left talk
    agent: ringing, answered, joined talk, left talk
    caller left talk < agent left talk
what_never_was_is_gone
    caller: arrived, answered

a_prompt_ends
    caller: arrived, answered, prompt ended
a_prompt_is_stopped
    caller: arrived, answered, prompt ended
a_prompt_is_missing
    caller: arrived, answered, prompt failed
joining_ends_a_prompt
    caller: arrived, answered, prompt ended, joined talk
    agent: ringing, answered, joined talk
joining_ends_the_music
    caller: arrived, answered, joined talk
    agent: ringing, answered, joined talk
a_caller_hears_music_before_the_answer
    caller: arrived, ended normal
a_caller_presses_digits
    caller: arrived, answered, digit 1, digit #, digit 5
digits_are_sent_to_a_phone
    agent: ringing, answered, ended normal

a_recording_keeps_its_length_when_masked
    caller: arrived, answered
    record: ended
a_conversation_is_recorded
    caller: arrived, answered, joined talk
    agent: ringing, answered, joined talk
    record: ended
a_recording_ends_with_its_leg
    caller: arrived, answered, ended normal
    record: ended
a_supervisor_listens_whispers_and_joins_in
    caller: arrived, answered, joined talk
    agent: ringing, answered, joined talk
    supervisor: ringing, answered, ended normal
a_spied_conversation_ends
    caller: arrived, answered, joined talk
    agent: ringing, answered, joined talk, left talk, ended normal
    supervisor: ringing, answered
a_leg_is_muted
    caller: arrived, answered, joined talk
    agent: ringing, answered, joined talk

music_ends_when_two_are_joined
    caller: arrived, answered, joined talk
    agent: ringing, answered, joined talk
a_caller_on_hold_hears_music_and_nobody
    caller: arrived, answered, joined talk, left talk, joined talk
    agent: ringing, answered, joined talk
a_caller_given_away_hears_another
    caller: arrived, answered, joined talk, left talk, joined again
    agent: ringing, answered, joined talk, left talk, ended normal
    other: ringing, answered, joined again
    agent ended normal < caller joined again
a_whisper_never_reaches_the_customer
    caller: arrived, answered, joined talk
    agent: ringing, answered, joined talk
    supervisor: ringing, answered
muted_legs_are_silent
    caller: arrived, answered, joined talk
    agent: ringing, answered, joined talk
three_hear_each_other
    caller: arrived, answered, joined talk
    agent: ringing, answered, joined talk
    other: ringing, answered, joined talk
two_pairs_do_not_hear_each_other
    caller: arrived, answered, joined talk
    agent: ringing, answered, joined talk
    second: arrived, answered, joined apart
    other: ringing, answered, joined apart

a_snapshot_tells_everything
    caller: arrived, answered, joined talk
    agent: ringing, answered, joined talk
    waiting: arrived
    ringing: ringing
calls_outlive_the_link
    caller: arrived, answered, joined talk, left talk, ended normal
    agent: ringing, answered, joined talk, left talk, ended normal
    gone: arrived, answered
    link: cut, lost, open
    link open < caller left talk
seats_are_told_after_a_gap
    link: cut, open
seats_are_watched_while_the_link_stays
    other: seat unreachable, seat reachable
    link: watched
    link watched < other seat unreachable
callers_of_the_gap_keep_their_order
    first: arrived
    second: arrived
    third: arrived
    link: cut, open
    link open < first arrived
    link open < second arrived
    link open < third arrived
a_restart_changes_the_epoch
    caller: arrived, answered
    agent: ringing, answered
    again: ringing, answered
    link: cut, open
another_engine_fences_us
    caller: arrived, answered, ended normal
    link: fenced, lost
    link fenced < caller ended normal
cells_do_not_see_each_other
    caller: arrived, answered, joined talk, left talk, ended normal
    agent: ringing, answered, joined talk, left talk, ended normal
""")

__all__ = ["GOLDEN"]
