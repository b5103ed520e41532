/* SPDX-License-Identifier: MIT */
/*
 * Notifies AddressSanitizer, ThreadSanitizer and valgrind of a change of stack. Everything is
 * inlined into the function that switches: a function called in between would itself return on
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
 * struct coro_note - one stack, as the tools know it
 * @stack: lowest address of the stack
 * @size: its size in bytes
 * @fake_stack: AddressSanitizer's handle
 * @fiber: ThreadSanitizer's handle
 * @valgrind_id: valgrind's handle
 */
struct coro_note {
	const void *stack;
	size_t size;
	void *fake_stack;
	void *fiber;
	unsigned int valgrind_id;
};

/* register a new stack of @size bytes at @stack */
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

/* record the running thread's own stack, before a switch away from it */
coro_note_inline void coro_note_thread(struct coro_note *note)
{
#ifdef CORO_TSAN
	note->fiber = __tsan_get_current_fiber();
#endif
	(void)note;
}

/* call directly before the switch; @last: the frames on @from will not be used again */
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

/* call directly after the switch, on @to's stack; fills in where @from's stack is */
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
