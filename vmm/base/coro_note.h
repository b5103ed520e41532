/* SPDX-License-Identifier: MIT */
/*
 * Tells AddressSanitizer, ThreadSanitizer and valgrind that the stack is about to change.
 * Everything is inlined into the function that switches: a call in between would itself return on
 * another stack.
 */
#ifndef BASE_CORO_NOTE_H
#define BASE_CORO_NOTE_H

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define CORO_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CORO_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define CORO_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CORO_TSAN 1
#endif
#endif

#ifdef CORO_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef CORO_TSAN
#include <sanitizer/tsan_interface.h>
#endif
#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif

#define coro_note_inline static inline __attribute__((always_inline))

/**
 * struct coro_note - one side of a switch, as the tools know it
 * @stack: lowest address of the stack
 * @size: its size in bytes
 * @fake_stack: AddressSanitizer's own
 * @fiber: ThreadSanitizer's own
 * @valgrind_id: valgrind's own
 */
struct coro_note {
	const void *stack;
	size_t size;
	void *fake_stack;
	void *fiber;
	unsigned int valgrind_id;
};

/* a new stack of @size bytes at @stack */
coro_note_inline void coro_note_create(struct coro_note *note, void *stack, size_t size)
{
	*note = (struct coro_note){ .stack = stack, .size = size };
#ifdef CORO_TSAN
	note->fiber = __tsan_create_fiber(0);
#endif
#ifdef VALGRIND_STACK_REGISTER
	note->valgrind_id = VALGRIND_STACK_REGISTER(stack, (char *)stack + size);
#endif
}

coro_note_inline void coro_note_destroy(struct coro_note *note)
{
#ifdef CORO_TSAN
	__tsan_destroy_fiber(note->fiber);
#endif
#ifdef VALGRIND_STACK_REGISTER
	VALGRIND_STACK_DEREGISTER(note->valgrind_id);
#endif
	(void)note;
}

/* the running thread's own stack, before the first switch away from it */
coro_note_inline void coro_note_thread(struct coro_note *note)
{
#ifdef CORO_TSAN
	note->fiber = __tsan_get_current_fiber();
#endif
	(void)note;
}

/* directly before the switch; @last: @from's frames end here for good */
coro_note_inline void coro_note_leave(struct coro_note *from, struct coro_note *to, int last)
{
#ifdef CORO_ASAN
	__sanitizer_start_switch_fiber(last ? NULL : &from->fake_stack, to->stack, to->size);
#endif
#ifdef CORO_TSAN
	__tsan_switch_to_fiber(to->fiber, 0);
#endif
	(void)from;
	(void)to;
	(void)last;
}

/* directly after it, on @to's stack; learns where @from's stack is */
coro_note_inline void coro_note_arrive(struct coro_note *to, struct coro_note *from)
{
#ifdef CORO_ASAN
	__sanitizer_finish_switch_fiber(to->fake_stack, &from->stack, &from->size);
	to->fake_stack = NULL;
#endif
	(void)to;
	(void)from;
}

#endif
